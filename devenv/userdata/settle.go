package userdata

import (
	"context"
	"errors"
	"fmt"
	"time"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// settled is the result of settling an exchange: whether the new data is in place, and a remark in case it had been
// interrupted; empty if there was no exchange.
type settled struct {
	swapped bool
	remark  string
	// started is when the database was started again; zero if it was not.
	started time.Time
}

// settle completes a journaled exchange, of this run or of an interrupted one: if the swap had begun, it finishes that,
// or else it leaves the data as it was; then it starts what was stopped. The caller holds the lock.
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
	// If something no longer starts, that is up to the user: the data is settled, and nothing is to be repeated.
	err = errors.Join(done.startAgain(ctx, w, *x), w.Repo.Record(exchangeRecord).Remove())
	return done, err
}

// startAgain starts what an exchange has stopped, in order, and waits for the database. It does not start the database
// if another container uses its data: two servers would destroy it. It skips what was removed meanwhile.
func (s *settled) startAgain(ctx context.Context, w *project.Workspace, x Journal) error {
	if err := checkNoOtherContainer(ctx, w, x, s.swapped); err != nil {
		return err
	}
	again := x.Stopped
	if !s.swapped {
		again = x.stopped()
	}
	for _, id := range again {
		switch err := w.Engine.Start(ctx, id); {
		case err == nil && id == x.Server:
			s.started = time.Now()
			if err := awaitServer(ctx, w, x, s.swapped); err != nil {
				return err
			}
		case err != nil && !engine.IsGone(err):
			return report.Fail(report.KindWork, "docker compose up -d", "start your stack again: %w", err)
		}
	}
	return nil
}

// awaitServer waits for the database after it was started. If another container was started at the same moment, it
// kills the database at once: it must not write another byte.
func awaitServer(ctx context.Context, w *project.Workspace, x Journal, swapped bool) error {
	if err := checkNoOtherContainer(ctx, w, x, swapped); err != nil {
		return errors.Join(err, w.Engine.Kill(ctx, x.Server))
	}
	shown, err := readiness.Wait(ctx, w.Client.Engine(), x.Server, readiness.Wanted{Timeout: stopTimeout})
	if err == nil {
		_, err = readiness.Stay(ctx, shown, time.Second)
	}
	if err != nil {
		return report.Fail(report.KindWork, "docker compose logs", "start your database again: %w", err).WithOutput(report.OutputOf(err))
	}
	if err := checkNoOtherContainer(ctx, w, x, swapped); err != nil {
		return errors.Join(err, w.Engine.Kill(ctx, x.Server))
	}
	return nil
}

// checkNoOtherContainer fails if another container uses the database's data, or was created for it since the exchange
// began and so is about to start.
func checkNoOtherContainer(ctx context.Context, w *project.Workspace, x Journal, swapped bool) error {
	other, err := otherContainerOn(ctx, w.Engine, x.Store.Mount, x.Server, x.At)
	if err != nil || other == "" {
		return err
	}
	now := "is as it was"
	if swapped {
		now = "is now " + x.To
	}
	return report.Fail(report.KindWork, fmt.Sprintf("docker stop %s\nthen: devenv up", other),
		"your own database stays stopped: in the meantime container %s was given the data of %s, which %s", other, x.Store.Service, now)
}
