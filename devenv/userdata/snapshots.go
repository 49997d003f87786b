package userdata

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// Snapshot is one snapshot.
type Snapshot struct {
	database.SnapshotMeta
	// Image is its image; empty for data that an exchange has replaced, which is in Place.
	Image    string `json:"image"`
	Location string `json:"place,omitempty"`
	// StoppedMS is how long the database was stopped for it, in milliseconds; 0 if it was not running.
	StoppedMS int64 `json:"stopped_ms,omitempty"`
	DryRun    bool  `json:"dry_run,omitempty"`
}

// Snapshots returns the repository's snapshots, those that are images and those that a store keeps, newest first.
func Snapshots(ctx context.Context, e *engine.Engine, repo *gitrepo.Repo) ([]Snapshot, error) {
	kept, err := Kept(ctx, e, repo)
	if err != nil {
		return nil, err
	}
	images, err := database.Snapshots(ctx, e, repositoryID(repo))
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	for _, k := range kept {
		all = append(all, Snapshot{SnapshotMeta: k.Meta, Location: k.Store.String()})
	}
	for _, s := range images {
		all = append(all, Snapshot{SnapshotMeta: s.SnapshotMeta, Image: s.Ref})
	}
	slices.SortStableFunc(all, func(a, b Snapshot) int { return b.Created.Compare(a.Created) })
	return all, nil
}

// Named returns the snapshot of that name. If there is none, it returns a KindUsage failure that lists the names.
func Named(all []Snapshot, name string) (Snapshot, error) {
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Snapshot{}, database.NoSuchSnapshot(name, names)
}

// RemoveSnapshot removes a snapshot, wherever it is.
func RemoveSnapshot(ctx context.Context, e *engine.Engine, repo *gitrepo.Repo, s Snapshot) (err error) {
	if s.Image != "" {
		return e.RemoveImage(ctx, s.Image, false)
	}
	lock, err := repo.Lock(ctx, "snapshot remove")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	pending, err := UnderWay(repo)
	if err == nil && pending != nil {
		err = report.Fail(report.KindWork, "devenv doctor --fix completes that\nthen run it again",
			"remove %s: an interrupted devenv %s may need it", s.Name, pending.Command)
	}
	if err != nil {
		return err
	}
	all, err := readReplaced(repo)
	for _, r := range all {
		if r.inStore() && r.Snapshot == s.Name {
			return errors.Join(r.Store.RemoveKept(ctx, e, []string{s.Name}, project.IdentityOf(repo.Root()).Labels()), forget(repo, s.Name))
		}
	}
	return err
}

// DataNamed returns the data of the snapshot of that name.
func (d *Database) DataNamed(ctx context.Context, name string) (NewData, error) {
	all, err := Snapshots(ctx, d.workspace.Engine, d.workspace.Repo)
	if err != nil {
		return NewData{}, err
	}
	s, err := Named(all, name)
	data := NewData{To: fmt.Sprintf("the snapshot %s of %s", name, s.Created.Local().Format("2006-01-02 15:04"))}
	switch {
	case err != nil:
	case s.Image != "":
		data.From.Image = s.Image
	case s.Location != d.store.String():
		err = report.Fail(report.KindUsage, "", "restore %s: it is in %s, but the data of %s is in %s", name, s.Location, d.store.Service,
			d.store)
	default:
		data.From.Kept = name
	}
	return data, err
}
