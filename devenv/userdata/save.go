package userdata

import (
	"context"
	"errors"
	"strings"
	"time"

	"devenv/devenv/branch"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// automaticPrefix begins the names of data that an exchange has replaced.
const automaticPrefix = "auto-"

// CheckName refuses an invalid name for a snapshot, and one that is reserved for replaced data.
func CheckName(name string) error {
	if err := database.CheckSnapshotName(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, automaticPrefix) {
		return report.Fail(report.KindUsage, "choose another name",
			"save %s: names that begin with %q are reserved for what devenv keeps automatically", name, automaticPrefix)
	}
	return nil
}

// PlanSave returns the snapshot that Save would make. It refuses a name that is taken, and a database without data.
func (d *Database) PlanSave(ctx context.Context, name string) (plan Snapshot, err error) {
	if err := database.CheckNameFree(ctx, d.workspace.Engine, repositoryID(d.workspace.Repo), name); err != nil {
		return plan, err
	}
	contents, err := d.store.Contents(ctx, d.workspace.Engine, database.Source{}, d.workspace.Labels())
	if err != nil {
		return plan, err
	}
	if contents.Major == "" {
		return plan, report.Fail(report.KindUsage, "start it once: docker compose up -d "+d.store.Service,
			"save the data of %s: there is none in %s yet", d.store.Service, d.store)
	}
	plan.SnapshotMeta = database.SnapshotMeta{Name: name, Service: d.store.Service, Major: contents.Major, Bytes: contents.Bytes}
	return plan, nil
}

// Save keeps the whole cluster as an image, as planned. A running database is stopped while its files are copied, and
// started again before the image is made. If only something minor failed, Save returns the snapshot and an error;
// otherwise an error means there is none.
func (d *Database) Save(ctx context.Context, plan Snapshot) (made *Snapshot, err error) {
	meta := plan.SnapshotMeta
	meta.Revisions = d.revisions(ctx)
	saving, stood, err := d.copyStopped(ctx)
	if err != nil {
		return nil, err
	}
	err = d.session.Sequence(ctx, step.New("keep", func(ctx context.Context, log *step.Log) error {
		if meta, err = d.describe(ctx, meta); err != nil {
			return err
		}
		kept, err := saving.Commit(ctx, meta)
		if err != nil {
			return err
		}
		log.Done(kept.Ref)
		made = &Snapshot{SnapshotMeta: kept.SnapshotMeta, Image: kept.Ref, StoppedMS: stood.Milliseconds()}
		return nil
	}))
	return made, errors.Join(err, saving.Close(ctx))
}

// copyStopped stops the server, copies its data, and starts it again, whatever happens. Should this process be killed,
// the journal makes the next command start it. It returns how long the server was stopped.
func (d *Database) copyStopped(ctx context.Context) (saving *database.PendingSnapshot, stood time.Duration, err error) {
	copied := step.New("copy", func(ctx context.Context, _ *step.Log) (err error) {
		saving, err = d.copyStill(ctx)
		return err
	})
	if !d.wasRunning {
		err = d.session.Sequence(ctx, copied)
		return saving, 0, err
	}
	began := time.Now()
	err = d.session.Sequence(ctx, step.New("stop", d.stopServer), copied)
	endErr := d.session.Sequence(context.WithoutCancel(ctx), step.New("start", func(ctx context.Context, log *step.Log) error {
		done, err := settle(ctx, d.workspace)
		if stood = time.Since(began); !done.started.IsZero() { // afterwards it is only watched
			stood = done.started.Sub(began)
		}
		log.Done("stopped for " + stood.Round(100*time.Millisecond).String())
		return err
	}))
	if err = errors.Join(err, endErr); err != nil && saving != nil {
		return nil, stood, errors.Join(err, saving.Close(ctx))
	}
	return saving, stood, err
}

// stopServer journals that the server is stopped, and stops it.
func (d *Database) stopServer(ctx context.Context, _ *step.Log) error {
	j := Journal{Command: d.session.Command, At: time.Now(), Store: d.store, Server: d.server.ID, Stopped: []string{d.server.ID}}
	if err := j.write(d.workspace.Repo); err != nil {
		return err
	}
	// If a stop is interrupted, the engine continues it, and would kill what is started again meanwhile.
	return d.workspace.Engine.Stop(context.WithoutCancel(ctx), d.server.ID, stopTimeout)
}

// copyStill copies data that nobody uses. It discards the copy if somebody used the data meanwhile.
func (d *Database) copyStill(ctx context.Context) (*database.PendingSnapshot, error) {
	const doing = "save"
	before, err := d.checkUnused(ctx, doing)
	if err != nil {
		return nil, err
	}
	saving, saveErr := d.store.Save(ctx, d.workspace.Engine, "", d.workspace.Labels())
	after, err := d.checkUnused(ctx, doing) // it may also explain files that vanished during the copy
	if err == nil && after != before {
		err = d.concurrentUse(ctx, doing)
	}
	switch {
	case err == nil:
		return saving, saveErr
	case saveErr == nil:
		err = errors.Join(err, saving.Close(ctx))
	}
	return nil, err
}

// describe adds where the data comes from: repository, service, project, branch and commit.
func (d *Database) describe(ctx context.Context, data database.SnapshotMeta) (database.SnapshotMeta, error) {
	head, err := d.workspace.Repo.Head(ctx)
	if err != nil {
		return database.SnapshotMeta{}, err
	}
	data.Repository, data.Service, data.Project = repositoryID(d.workspace.Repo), d.store.Service, d.stack.Model.Name
	data.Branch, data.Commit, data.Created = branch.ShortRef(head.Ref), head.Commit, time.Now()
	return data, nil
}
