package devenv

import (
	"context"

	"devenv/devenv/base"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// PushOptions are the options of snapshot push --base.
type PushOptions struct {
	Options
	// Base is the base branch; empty means the configuration's, else the repository's default.
	Base string
	// Yes pushes without asking, which is asked before the first push of a repository.
	Yes bool
	// DryRun only says what would be pushed.
	DryRun bool
}

// PushItem is an image that was pushed, or would be.
type PushItem struct {
	Image  string `json:"image"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// PushBase makes the base's images, where they are not known, and pushes them to the configuration's registry.
func PushBase(ctx context.Context, o PushOptions) (*report.Items, error) {
	r := newOwn(session.New("snapshot push", o.Options))
	r.request.Base = o.Base
	return r.end(ctx, r.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) error {
			if err := r.check(ctx, log); err != nil {
				return err
			}
			_, err := r.needRegistry("push the base")
			return err
		}),
		step.New("base", func(ctx context.Context, log *step.Log) (err error) {
			if !o.DryRun {
				return r.useBase(ctx, log)
			}
			if r.base, err = base.Open(ctx, r.Workspace, r.project, r.baseRef, r.work.Capture, r.envFiles); err != nil {
				return err
			}
			return r.base.ComputeKey(ctx, log)
		}),
		step.Step{Do: r.keepBase},
		step.New("push", func(ctx context.Context, log *step.Log) error { return r.pushBase(ctx, o, log) }),
	))
}

// pushBase pushes the base's two images, the one with data last: who finds it finds the other.
func (o *own) pushBase(ctx context.Context, options PushOptions, log *step.Log) error {
	registry, err := o.needRegistry("push the base")
	if err != nil {
		return err
	}
	if !options.DryRun {
		if err := o.refuseSecrets(ctx, o.base.EmptyRef(), o.base.SeededRef()); err != nil {
			return err
		}
		err := o.confirmPush(ctx, pushing{
			registry: registry, what: "the base", image: o.base.SeededRef(), holds: "the seed data and every role with the hash of its password",
			service: o.project.Database, record: pushedBase, yes: options.Yes,
		})
		if err != nil {
			return err
		}
	}
	for _, tag := range o.base.Tags() {
		ref := registry.Base(tag)
		if !options.DryRun {
			if err := o.pushImage(ctx, "devenv/base:"+tag, ref, log); err != nil {
				return err
			}
		}
		o.items.Items = append(o.items.Items, PushItem{Image: ref, DryRun: options.DryRun})
	}
	return nil
}
