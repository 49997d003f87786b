package devenv

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// ListSnapshots lists the repository's snapshots, and what exchanges in this worktree have replaced, the newest first.
func ListSnapshots(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	items := report.NewItems("snapshot list")
	return items, withSnapshots(ctx, o, func(client *compose.Client, repo *gitrepo.Repo) error {
		all, err := snapshotItems(ctx, client.Engine(), repo)
		for _, s := range all {
			items.Items = append(items.Items, s)
		}
		return err
	})
}

// snapshotItems are the snapshots that are images and those that a store keeps, the newest first.
func snapshotItems(ctx context.Context, e *engine.Engine, repo *gitrepo.Repo) ([]SnapshotItem, error) {
	kept, err := keptInStores(ctx, e, repo)
	if err != nil {
		return nil, err
	}
	images, err := database.Snapshots(ctx, e, repositoryID(repo))
	if err != nil {
		return nil, err
	}
	var items []SnapshotItem
	for _, k := range kept {
		items = append(items, k.item())
	}
	for _, s := range images {
		items = append(items, SnapshotItem{SnapshotMeta: s.SnapshotMeta, Image: s.Ref})
	}
	slices.SortStableFunc(items, func(a, b SnapshotItem) int { return b.Created.Compare(a.Created) })
	return items, nil
}

// item is kept data as a list has it.
func (r replaced) item() SnapshotItem {
	return SnapshotItem{SnapshotMeta: r.Meta, Place: r.Store.String()}
}

// RemoveSnapshots removes snapshots by name; all are looked up before the first goes.
func RemoveSnapshots(ctx context.Context, o SnapshotOptions, names []string) (*report.Items, error) {
	items := report.NewItems("snapshot remove")
	return items, withSnapshots(ctx, o, func(client *compose.Client, repo *gitrepo.Repo) error {
		all, err := snapshotItems(ctx, client.Engine(), repo)
		if err != nil {
			return err
		}
		var found []SnapshotItem
		for _, name := range names {
			s, err := snapshotNamed(all, name)
			if err != nil {
				return err
			}
			found = append(found, s)
		}
		for _, s := range found {
			if s.DryRun = o.DryRun; !o.DryRun {
				if err := removeSnapshot(ctx, client.Engine(), repo, s); err != nil {
					return err
				}
			}
			items.Items = append(items.Items, s)
		}
		return nil
	})
}

// removeSnapshot removes one, wherever it is.
func removeSnapshot(ctx context.Context, e *engine.Engine, repo *gitrepo.Repo, s SnapshotItem) (err error) {
	if s.Image != "" {
		return e.RemoveImage(ctx, s.Image, false)
	}
	lock, err := repo.Lock(ctx, "snapshot remove")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	var pending exchange
	if cutOff, err := repo.Record(exchangeRecord).Read(&pending); err != nil || cutOff {
		return errors.Join(err, report.Fail(report.KindWork, "devenv doctor --fix ends that\nthen run it again", "remove %s: a devenv %s was cut off, which may need it", s.Name, pending.Command))
	}
	all, err := readReplaced(repo)
	for _, r := range all {
		if r.inStore() && r.Snapshot == s.Name {
			return errors.Join(r.Store.Forget(ctx, e, []string{s.Name}, project.IdentityOf(repo.Root()).Labels()), forget(repo, s.Name))
		}
	}
	return err
}

// findSnapshot finds a snapshot by its name. None is a KindUsage failure that names those there are.
func (o *own) findSnapshot(ctx context.Context, name string) (SnapshotItem, error) {
	all, err := snapshotItems(ctx, o.Workspace.Engine, o.Workspace.Repo)
	if err != nil {
		return SnapshotItem{}, err
	}
	return snapshotNamed(all, name)
}

func snapshotNamed(all []SnapshotItem, name string) (SnapshotItem, error) {
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return SnapshotItem{}, database.NoSnapshot(name, names)
}

// namedData is the data of a snapshot, by its name.
func (o *own) namedData(ctx context.Context, name string) (newData, error) {
	s, err := o.findSnapshot(ctx, name)
	data := newData{to: fmt.Sprintf("the snapshot %s of %s", name, s.Created.Local().Format("2006-01-02 15:04"))}
	switch {
	case err != nil:
	case s.Image != "":
		data.from.Image = s.Image
	case s.Place != o.store.String():
		err = report.Fail(report.KindUsage, "", "restore %s: it lies in %s, and the data of %s is in %s", name, s.Place, o.store.Service, o.store)
	default:
		data.from.Kept = name
	}
	return data, err
}

// replacedData is what an exchange has replaced.
func (o *own) replacedData(ctx context.Context, r replaced) (newData, error) {
	if !r.inStore() {
		snapshot, err := database.FindSnapshot(ctx, o.Workspace.Engine, repositoryID(o.Workspace.Repo), r.Snapshot)
		return newData{from: database.Source{Image: snapshot.ID}}, err
	}
	there, err := r.Store.Keeps(ctx, o.Workspace.Engine, r.Snapshot)
	switch {
	case err != nil:
		return newData{}, err
	case !there:
		return newData{}, report.Fail(report.KindUsage, "see what else there is: devenv snapshot list", "undo %q: what it replaced lay in %s, and is gone", "devenv "+r.Command, r.Store)
	case r.Store.Mount != o.store.Mount, r.Store.Directory != o.store.Directory:
		return newData{}, report.Fail(report.KindUsage, "", "undo %q: what it replaced lies in %s, and the data of %s is in %s now", "devenv "+r.Command, r.Store, o.store.Service, o.store)
	}
	return newData{from: database.Source{Kept: r.Snapshot}}, nil
}

// withSnapshots opens the repository and the engine; no Compose project is needed.
func withSnapshots(ctx context.Context, o SnapshotOptions, do func(*compose.Client, *gitrepo.Repo) error) (err error) {
	dir, err := filepath.Abs(project.OrDot(o.Dir))
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
