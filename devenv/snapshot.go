package devenv

import (
	"context"
	"errors"
	"strings"
	"time"

	"devenv/devenv/branch"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// SnapshotOptions are the options of the snapshot commands.
type SnapshotOptions struct {
	Options
	// Name is the snapshot's; empty lets save choose one.
	Name string
	// Yes restores without asking.
	Yes bool
	// DryRun only says what would happen.
	DryRun bool
}

// automaticPrefix is what the names of data begin with that an exchange has replaced.
const automaticPrefix = "auto-"

// SnapshotItem is one snapshot.
type SnapshotItem struct {
	database.SnapshotMeta
	// Image is its image; empty for what an exchange has replaced, which Place names.
	Image string `json:"image"`
	Place string `json:"place,omitempty"`
	// StoppedMS is how long the database stood still for it, in milliseconds; 0 when it did not run.
	StoppedMS int64 `json:"stopped_ms,omitempty"`
	DryRun    bool  `json:"dry_run,omitempty"`
}

// SaveSnapshot keeps the user's own database, the whole cluster, as an image. A running database is stopped while its files
// are copied, and started again before the image is made.
func SaveSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn(session.New("snapshot save", o.Options))
	name := o.Name
	if name == "" {
		name = time.Now().Format("20060102-150405")
	}
	return r.end(ctx, r.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) error { return r.checkSave(ctx, log, name) }),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if o.DryRun {
				r.items.Items = append(r.items.Items, SnapshotItem{SnapshotMeta: database.SnapshotMeta{Name: name, Service: r.store.Service, Major: r.old.Major, Bytes: r.old.Bytes}, DryRun: true})
				return nil
			}
			return r.save(ctx, name)
		}},
	))
}

// checkSave refuses a name that cannot be, and a database without data.
func (o *own) checkSave(ctx context.Context, log *step.Log, name string) error {
	if err := database.CheckSnapshotName(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, automaticPrefix) {
		return report.Fail(report.KindUsage, "choose another name", "save %s: names that begin with %q are for what devenv keeps by itself", name, automaticPrefix)
	}
	if err := o.openDatabase(ctx, log); err != nil {
		return err
	}
	if err := database.CheckUntaken(ctx, o.Workspace.Engine, repositoryID(o.Workspace.Repo), name); err != nil {
		return err
	}
	var err error
	if o.old, err = o.store.Look(ctx, o.Workspace.Engine, database.Source{}, o.Workspace.Labels()); err != nil {
		return err
	}
	if o.old.Major == "" {
		return report.Fail(report.KindUsage, "start it once: docker compose up -d "+o.store.Service, "save the data of %s: there is none in %s yet", o.store.Service, o.store)
	}
	return nil
}

// save copies the data while the server stands still, and makes it an image.
func (o *own) save(ctx context.Context, name string) error {
	saving, stood, err := o.copyStopped(ctx)
	if err != nil {
		return err
	}
	err = o.Sequence(ctx, step.New("keep", func(ctx context.Context, log *step.Log) error {
		meta, err := o.snapshotMeta(ctx, name)
		if err != nil {
			return err
		}
		kept, err := saving.Keep(ctx, meta)
		if err != nil {
			return err
		}
		log.Done(kept.Ref)
		o.items.Items = append(o.items.Items, SnapshotItem{SnapshotMeta: kept.SnapshotMeta, Image: kept.Ref, StoppedMS: stood.Milliseconds()})
		return nil
	}))
	return errors.Join(err, saving.Close(ctx))
}

// copyStopped stops the server, copies its data, and starts it again, whatever happens. The journal makes the next command
// start it where this process does not come to it. It says how long the server stood still.
func (o *own) copyStopped(ctx context.Context) (saving *database.Saving, stood time.Duration, err error) {
	o.oldRevisions = o.revisions(ctx)
	copied := step.New("copy", func(ctx context.Context, _ *step.Log) (err error) {
		saving, err = o.copyStill(ctx)
		return err
	})
	if !o.wasRunning {
		return saving, 0, o.Sequence(ctx, copied)
	}
	began := time.Now()
	err = o.Sequence(ctx, step.New("stop", o.stopServer), copied)
	endErr := o.Sequence(context.WithoutCancel(ctx), step.New("start", func(ctx context.Context, log *step.Log) error {
		_, err := settleExchange(ctx, o.Workspace)
		stood = time.Since(began)
		log.Done("stopped for " + stood.Round(100*time.Millisecond).String())
		return err
	}))
	if err = errors.Join(err, endErr); err != nil && saving != nil {
		return nil, stood, errors.Join(err, saving.Close(ctx))
	}
	return saving, stood, err
}

// stopServer journals that the server is stopped, and stops it.
func (o *own) stopServer(ctx context.Context, _ *step.Log) error {
	x := exchange{Command: o.Command, At: time.Now(), Store: o.store, Server: o.server.ID, Stopped: []string{o.server.ID}}
	if err := o.Workspace.Repo.Record(exchangeRecord).Write(x); err != nil {
		return err
	}
	// The engine goes on with a stop that is cut off, and would kill what is started again meanwhile.
	return o.Workspace.Engine.Stop(context.WithoutCancel(ctx), o.server.ID, ownTimeout)
}

// copyStill copies data that nobody uses. A copy during which somebody came is none.
func (o *own) copyStill(ctx context.Context) (*database.Saving, error) {
	const doing = "save"
	before, err := o.standsStill(ctx, doing)
	if err != nil {
		return nil, err
	}
	saving, saveErr := o.store.Save(ctx, o.Workspace.Engine, "", o.Workspace.Labels())
	after, err := o.standsStill(ctx, doing) // a server that came is also why files went during the copy
	if err == nil && after != before {
		err = o.disturbed(ctx, doing)
	}
	switch {
	case err == nil:
		return saving, saveErr
	case saveErr == nil:
		err = errors.Join(err, saving.Close(ctx))
	}
	return nil, err
}

// snapshotMeta says what a snapshot of the data as it was before is of.
func (o *own) snapshotMeta(ctx context.Context, name string) (database.SnapshotMeta, error) {
	head, err := o.Workspace.Repo.Head(ctx)
	if err != nil {
		return database.SnapshotMeta{}, err
	}
	return database.SnapshotMeta{
		Name: name, Repository: repositoryID(o.Workspace.Repo), Service: o.store.Service, Project: o.model.Name, Created: time.Now(),
		Revisions: o.oldRevisions, Branch: branch.Spoken(head.Ref), Commit: head.Commit, Major: o.old.Major, Bytes: o.old.Bytes,
	}, nil
}

// RestoreSnapshot puts a snapshot's data in the place of the user's own, which is kept in turn.
func RestoreSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn(session.New("snapshot restore", o.Options))
	return r.end(ctx, r.restore(ctx, o, func(ctx context.Context) (newData, error) { return r.namedData(ctx, o.Name) }))
}

// restore exchanges the user's own data for what is chosen once the stack is open.
func (o *own) restore(ctx context.Context, options SnapshotOptions, choose func(context.Context) (newData, error)) error {
	var data newData
	return o.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) (err error) {
			if err := o.openDatabase(ctx, log); err != nil {
				return err
			}
			data, err = choose(ctx)
			return err
		}),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if options.DryRun {
				o.listPlanned(data.to)
				return nil
			}
			if err := o.confirm(ctx, options.Yes, data.to); err != nil {
				return err
			}
			err := o.Run(ctx, o.exchangeData(func() newData { return data }))
			o.listExchanged()
			return err
		}},
	)
}
