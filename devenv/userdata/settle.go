package userdata

import (
	"context"
	"errors"
	"fmt"
	"time"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// settled is how an exchange was ended: whether the new data is in place, and a remark for a command that finds it cut off; empty
// when there was none.
type settled struct {
	swapped bool
	remark  string
}

// settle ends an exchange that is journaled, of this run or of one that was cut off: a swap that had begun is completed, else
// the data stays as it was; what was stopped starts again. The caller holds the lock.
func settle(ctx context.Context, w *project.Workspace) (done settled, err error) {
	x, err := UnderWay(w.Repo)
	if err != nil || x == nil {
		return done, err
	}
	if x.To != "" {
		if done.swapped, err = x.Store.Settle(ctx, w.Engine, x.id(), w.Labels()); err != nil {
			return done, err
		}
	}
	done.remark = fmt.Sprintf("an interrupted %q had not changed the data of %s: it is as it was", "devenv "+x.Command, x.Store.Service)
	if done.swapped {
		done.remark = fmt.Sprintf("completed an interrupted %q: the data of %s is %s", "devenv "+x.Command, x.Store.Service, x.To)
		if err := remember(w.Repo, *x); err != nil {
			return done, err
		}
	}
	// What no longer starts is the user's turn: the data is settled, and nothing is to be done again.
	return done, errors.Join(startAgain(ctx, w, *x, done.swapped), w.Repo.Record(exchangeRecord).Remove())
}

// startAgain starts what an exchange has stopped, in order, and waits for the database. Beside another container that uses its
// data the database is not started: two servers would destroy it. What was removed meanwhile is left out.
func startAgain(ctx context.Context, w *project.Workspace, x Journal, swapped bool) error {
	if err := besideNobody(ctx, w, x, swapped); err != nil {
		return err
	}
	for _, id := range x.Stopped {
		switch err := w.Engine.Start(ctx, id); {
		case err == nil && id == x.Server:
			if err := startedAlone(ctx, w, x, swapped); err != nil {
				return err
			}
		case err != nil && !engine.IsGone(err):
			return report.Fail(report.KindWork, "docker compose up -d", "start your stack again: %w", err)
		}
	}
	return nil
}

// startedAlone waits for the database, which was started. Where another container came at the same moment, the database is killed
// at once: it must not write another word.
func startedAlone(ctx context.Context, w *project.Workspace, x Journal, swapped bool) error {
	if err := besideNobody(ctx, w, x, swapped); err != nil {
		return errors.Join(err, w.Engine.Kill(ctx, x.Server))
	}
	readiness, err := w.Client.WaitReady(ctx, x.Server, compose.Ready{Timeout: stopTimeout})
	if err == nil {
		_, err = w.Client.StayReady(ctx, readiness, time.Second)
	}
	if err != nil {
		return report.Fail(report.KindWork, "docker compose logs", "start your database again: %w", err).WithOutput(report.OutputOf(err))
	}
	if err := besideNobody(ctx, w, x, swapped); err != nil {
		return errors.Join(err, w.Engine.Kill(ctx, x.Server))
	}
	return nil
}

// besideNobody refuses to have the database run on data that another container uses, or that one was made for since the exchange
// began: it is about to start.
func besideNobody(ctx context.Context, w *project.Workspace, x Journal, swapped bool) error {
	other, err := otherOn(ctx, w.Engine, x.Store.Mount, x.Server, x.At)
	if err != nil || other == "" {
		return err
	}
	now := "is as it was"
	if swapped {
		now = "is now " + x.To
	}
	return report.Fail(report.KindWork, fmt.Sprintf("docker stop %s\nthen: devenv up", other),
		"your own database stays stopped: container %s was put on the data of %s meanwhile, which %s", other, x.Store.Service, now)
}
