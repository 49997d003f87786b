package devenv

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// PushSnapshot pushes a snapshot to the configuration's registry, under its name: who has the repository can pull it there. An
// image of that name is replaced.
func PushSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn(session.New("snapshot push", o.Options))
	var snapshot SnapshotItem
	var to project.Registry
	return r.end(ctx, r.Sequence(ctx,
		step.New("check", func(ctx context.Context, _ *step.Log) (err error) {
			if to, err = r.openRegistry(ctx, "push "+o.Name); err != nil {
				return err
			}
			snapshot, err = r.findSnapshot(ctx, o.Name)
			return err
		}),
		step.New("push", func(ctx context.Context, log *step.Log) error {
			item := PushItem{Image: to.Snapshot(o.Name), DryRun: o.DryRun}
			if !o.DryRun {
				if err := r.makeImage(ctx, &snapshot); err != nil {
					return err
				}
				if err := r.refuseSecrets(ctx, snapshot.Image); err != nil {
					return err
				}
				err := r.confirmPush(ctx, pushing{
					registry: to, what: "the snapshot " + o.Name, image: snapshot.Image, holds: "every database and every role of your own server",
					service: snapshot.Service, record: "the snapshot " + o.Name + " to ", yes: o.Yes,
				})
				if err != nil {
					return err
				}
				if err := r.pushImage(ctx, snapshot.Image, item.Image, log); err != nil {
					return err
				}
			}
			r.items.Items = append(r.items.Items, item)
			return nil
		}),
	))
}

// makeImage makes kept data an image, under its name; the store keeps it no longer.
func (o *own) makeImage(ctx context.Context, s *SnapshotItem) error {
	if s.Image != "" {
		return nil
	}
	all, err := readReplaced(o.Workspace.Repo)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(r replaced) bool { return r.inStore() && r.Snapshot == s.Name })
	if at < 0 {
		return database.NoSnapshot(s.Name, nil)
	}
	store := all[at].Store
	saving, err := store.Save(ctx, o.Workspace.Engine, s.Name, o.Workspace.Labels())
	if err != nil {
		return err
	}
	made, err := saving.Keep(ctx, all[at].Meta)
	if err = errors.Join(err, saving.Close(ctx)); err != nil {
		return err
	}
	s.Image, all[at].Store = made.Ref, database.Store{} // undo finds the image by its name
	if err := o.Workspace.Repo.Record(replacedRecord).Write(all); err != nil {
		return err
	}
	return store.Forget(ctx, o.Workspace.Engine, []string{s.Name}, o.Workspace.Labels())
}

// PullSnapshot brings a snapshot from the configuration's registry; it is then one of the repository's.
func PullSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn(session.New("snapshot pull", o.Options))
	var from project.Registry
	return r.end(ctx, r.Sequence(ctx,
		step.New("check", func(ctx context.Context, _ *step.Log) (err error) {
			if err := database.CheckSnapshotName(o.Name); err != nil {
				return err
			}
			if from, err = r.openRegistry(ctx, "pull "+o.Name); err != nil {
				return err
			}
			return database.CheckUntaken(ctx, r.Workspace.Engine, repositoryID(r.Workspace.Repo), o.Name)
		}),
		step.New("pull", func(ctx context.Context, log *step.Log) error {
			ref := from.Snapshot(o.Name)
			if o.DryRun {
				r.items.Items = append(r.items.Items, PushItem{Image: ref, DryRun: true})
				return nil
			}
			if err := r.Workspace.Engine.Pull(ctx, ref, "", log.Line); err != nil {
				return err
			}
			pulled, err := database.AdoptSnapshot(ctx, r.Workspace.Engine, ref, repositoryID(r.Workspace.Repo), o.Name)
			if err != nil {
				return err
			}
			log.Done(pulled.Ref)
			r.items.Items = append(r.items.Items, SnapshotItem{SnapshotMeta: pulled.SnapshotMeta, Image: pulled.Ref})
			return nil
		}),
	))
}

// openRegistry opens the workspace of a command that needs a registry.
func (o *own) openRegistry(ctx context.Context, to string) (_ project.Registry, err error) {
	if err := o.Open(ctx, endCutOff); err != nil {
		return "", err
	}
	return o.needRegistry(to)
}
