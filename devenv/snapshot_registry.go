package devenv

import (
	"context"

	"devenv/devenv/database"
	"devenv/devenv/report"
)

// PushSnapshot pushes a snapshot to the configuration's registry, under its name: who has the repository can pull it there. An
// image of that name is replaced.
func PushSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn("snapshot push", o.Options)
	var snapshot database.Snapshot
	var to registry
	return r.end(ctx, r.sequence(ctx,
		step{"check", func(ctx context.Context, _ *stepLog) (err error) {
			if to, err = r.openRegistry(ctx, "push "+o.Name); err != nil {
				return err
			}
			snapshot, err = database.FindSnapshot(ctx, r.place.engine, repositoryID(r.place.repo), o.Name)
			return err
		}},
		step{"push", func(ctx context.Context, log *stepLog) error {
			item := PushItem{Image: to.snapshot(o.Name), DryRun: o.DryRun}
			if !o.DryRun {
				err := r.confirmPush(ctx, pushing{
					registry: to, what: "the snapshot " + o.Name, image: snapshot.Ref, holds: "every database and every role of your own server",
					service: snapshot.Service, yes: o.Yes,
				})
				if err != nil {
					return err
				}
				if err := r.pushImage(ctx, snapshot.Ref, item.Image, log); err != nil {
					return err
				}
			}
			r.items.Items = append(r.items.Items, item)
			return nil
		}},
	))
}

// PullSnapshot brings a snapshot from the configuration's registry; it is then one of the repository's.
func PullSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	r := newOwn("snapshot pull", o.Options)
	var from registry
	return r.end(ctx, r.sequence(ctx,
		step{"check", func(ctx context.Context, _ *stepLog) (err error) {
			if err := database.CheckSnapshotName(o.Name); err != nil {
				return err
			}
			if from, err = r.openRegistry(ctx, "pull "+o.Name); err != nil {
				return err
			}
			return database.CheckUntaken(ctx, r.place.engine, repositoryID(r.place.repo), o.Name)
		}},
		step{"pull", func(ctx context.Context, log *stepLog) error {
			ref := from.snapshot(o.Name)
			if o.DryRun {
				r.items.Items = append(r.items.Items, PushItem{Image: ref, DryRun: true})
				return nil
			}
			if err := r.place.engine.Pull(ctx, ref, "", log.line); err != nil {
				return err
			}
			pulled, err := database.AdoptSnapshot(ctx, r.place.engine, ref, repositoryID(r.place.repo), o.Name)
			if err != nil {
				return err
			}
			log.done(pulled.Ref)
			r.items.Items = append(r.items.Items, SnapshotItem{SnapshotMeta: pulled.SnapshotMeta, Image: pulled.Ref})
			return nil
		}},
	))
}

// openRegistry opens the workplace of a command that needs a registry.
func (o *own) openRegistry(ctx context.Context, to string) (_ registry, err error) {
	if o.place, err = openWorkplace(ctx, o.document.Command, o.options, o.note); err != nil {
		return "", err
	}
	o.learnSecrets(o.place.model)
	return o.needRegistry(to)
}
