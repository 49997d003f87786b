package devenv

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"devenv/compose"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
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

// SnapshotItem is one snapshot.
type SnapshotItem struct {
	database.SnapshotMeta
	Image string `json:"image"`
	// StoppedMS is how long the database stood still for it, in milliseconds; 0 when it did not run.
	StoppedMS int64 `json:"stopped_ms,omitempty"`
	DryRun    bool  `json:"dry_run,omitempty"`
}

// SaveSnapshot keeps the user's own database, the whole cluster, as an image. A running database is stopped while its files
// are copied, and started again before the image is made.
func SaveSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn("snapshot save", o.Options)
	name := o.Name
	if name == "" {
		name = time.Now().Format("20060102-150405")
	}
	return r.end(ctx, r.sequence(ctx,
		step{"check", func(ctx context.Context, log *stepLog) error { return r.checkSave(ctx, log, name) }},
		step{do: func(ctx context.Context, _ *stepLog) error {
			if o.DryRun {
				r.items.Items = append(r.items.Items, SnapshotItem{SnapshotMeta: database.SnapshotMeta{Name: name, Service: r.store.Service, Major: r.old.Major, Bytes: r.old.Bytes}, DryRun: true})
				return nil
			}
			return r.save(ctx, name)
		}},
	))
}

// checkSave refuses a name that cannot be, and a database without data.
func (o *own) checkSave(ctx context.Context, log *stepLog, name string) error {
	if err := database.CheckSnapshotName(name); err != nil {
		return err
	}
	if err := o.openDatabase(ctx, log); err != nil {
		return err
	}
	if err := database.CheckUntaken(ctx, o.place.engine, repositoryID(o.place.repo), name); err != nil {
		return err
	}
	var err error
	if o.old, err = o.store.Look(ctx, o.place.engine, "", o.place.labels()); err != nil {
		return err
	}
	if o.old.Major == "" {
		return report.Fail(report.KindUsage, "start it once: docker compose up -d "+o.store.Service, "save the data of %s: there is none in %s yet", o.store.Service, o.store)
	}
	return nil
}

// save copies the data while the server stands still, and makes it an image.
func (o *own) save(ctx context.Context, name string) error {
	var saving *database.Saving
	var stopped time.Duration
	err := o.sequence(ctx, step{"copy", func(ctx context.Context, log *stepLog) (err error) {
		saving, stopped, err = o.saveStopped(ctx)
		if err == nil && o.wasRunning {
			log.done("stopped for " + stopped.Round(100*time.Millisecond).String())
		}
		return err
	}})
	if err != nil {
		return err
	}
	err = o.sequence(ctx, step{"keep", func(ctx context.Context, log *stepLog) error {
		meta, err := o.snapshotMeta(ctx, name)
		if err != nil {
			return err
		}
		kept, err := saving.Keep(ctx, meta)
		if err != nil {
			return err
		}
		log.done(kept.Ref)
		o.items.Items = append(o.items.Items, SnapshotItem{SnapshotMeta: kept.SnapshotMeta, Image: kept.Ref, StoppedMS: stopped.Milliseconds()})
		return nil
	}})
	return errors.Join(err, saving.Close(ctx))
}

// saveStopped stops the server, copies its data, and starts it again, whatever happens. The journal makes the next command
// start it where this process does not come to it.
func (o *own) saveStopped(ctx context.Context) (_ *database.Saving, stood time.Duration, err error) {
	o.oldRevisions = o.revisions(ctx)
	if !o.wasRunning {
		saving, err := o.store.Save(ctx, o.place.engine, o.place.labels())
		return saving, 0, err
	}
	x := exchange{Command: o.document.Command, At: time.Now(), Store: o.store, Server: o.server.ID, Stopped: []string{o.server.ID}}
	if err := o.place.repo.Record(exchangeRecord).Write(x); err != nil {
		return nil, 0, err
	}
	began := time.Now()
	defer func() {
		_, endErr := settleExchange(context.WithoutCancel(ctx), o.place)
		stood, err = time.Since(began), errors.Join(err, endErr)
	}()
	if err := o.place.engine.Stop(ctx, o.server.ID, ownTimeout); err != nil {
		return nil, 0, err
	}
	saving, err := o.store.Save(ctx, o.place.engine, o.place.labels())
	return saving, 0, err
}

// snapshotMeta says what a snapshot of the data as it was before is of.
func (o *own) snapshotMeta(ctx context.Context, name string) (database.SnapshotMeta, error) {
	head, err := o.place.repo.Head(ctx)
	if err != nil {
		return database.SnapshotMeta{}, err
	}
	return database.SnapshotMeta{
		Name: name, Repository: repositoryID(o.place.repo), Service: o.store.Service, Project: o.model.Name, Created: time.Now(),
		Revisions: o.oldRevisions, Branch: shortRef(head.Ref), Commit: head.Commit, Major: o.old.Major, Bytes: o.old.Bytes,
	}, nil
}

// RestoreSnapshot puts a snapshot's data in the place of the user's own, which is kept as a snapshot itself.
func RestoreSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn("snapshot restore", o.Options)
	return r.end(ctx, r.restore(ctx, o, func() (string, error) { return o.Name, nil }))
}

// restore exchanges the user's own data for a snapshot's.
func (o *own) restore(ctx context.Context, options SnapshotOptions, choose func() (string, error)) error {
	var snapshot database.Snapshot
	return o.sequence(ctx,
		step{"check", func(ctx context.Context, log *stepLog) error {
			if err := o.openDatabase(ctx, log); err != nil {
				return err
			}
			name, err := choose()
			if err != nil {
				return err
			}
			snapshot, err = database.FindSnapshot(ctx, o.place.engine, repositoryID(o.place.repo), name)
			return err
		}},
		step{do: func(ctx context.Context, _ *stepLog) error {
			to := fmt.Sprintf("the snapshot %s of %s", snapshot.Name, snapshot.Created.Local().Format("2006-01-02 15:04"))
			item := &ResetItem{Service: o.store.Service, Place: o.store.String(), To: to, DryRun: options.DryRun}
			if options.DryRun {
				o.items.Items = append(o.items.Items, item)
				return nil
			}
			if err := o.confirm(ctx, options.Yes, to); err != nil {
				return err
			}
			err := o.dispatch(ctx, o.exchangeData(func() string { return snapshot.ID }, to, false))
			if err == nil {
				item.Snapshot = o.exchange.Snapshot
				o.items.Items = append(o.items.Items, item)
			}
			return err
		}},
	)
}

// ListSnapshots lists the repository's snapshots, the newest first.
func ListSnapshots(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	items := report.NewItems("snapshot list")
	return items, withSnapshots(ctx, o, func(client *compose.Client, repo *gitrepo.Repo) error {
		all, err := database.Snapshots(ctx, client.Engine(), repositoryID(repo))
		for _, s := range all {
			items.Items = append(items.Items, SnapshotItem{SnapshotMeta: s.SnapshotMeta, Image: s.Ref})
		}
		return err
	})
}

// RemoveSnapshots removes snapshots by name; all are looked up before the first goes.
func RemoveSnapshots(ctx context.Context, o SnapshotOptions, names []string) (*report.Items, error) {
	items := report.NewItems("snapshot remove")
	return items, withSnapshots(ctx, o, func(client *compose.Client, repo *gitrepo.Repo) error {
		var found []database.Snapshot
		for _, name := range names {
			s, err := database.FindSnapshot(ctx, client.Engine(), repositoryID(repo), name)
			if err != nil {
				return err
			}
			found = append(found, s)
		}
		for _, s := range found {
			if !o.DryRun {
				if err := client.Engine().RemoveImage(ctx, s.Ref, false); err != nil {
					return err
				}
			}
			items.Items = append(items.Items, SnapshotItem{SnapshotMeta: s.SnapshotMeta, Image: s.Ref, DryRun: o.DryRun})
		}
		return nil
	})
}

// withSnapshots opens the repository and the engine; no Compose project is needed.
func withSnapshots(ctx context.Context, o SnapshotOptions, do func(*compose.Client, *gitrepo.Repo) error) (err error) {
	dir, err := filepath.Abs(orDot(o.Dir))
	if err != nil {
		return err
	}
	repo, err := gitrepo.Open(ctx, dir)
	if err != nil {
		return err
	}
	client, err := compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	return do(client, repo)
}
