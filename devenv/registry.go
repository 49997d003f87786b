package devenv

import (
	"context"

	"devenv/devenv/base"
	"devenv/devenv/checks"
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

// basePush is one run of snapshot push --base.
type basePush struct {
	run     *run
	data    *own
	request PushOptions
}

// PushBase makes the base's images, where they are not known, and pushes them to the configuration's registry.
func PushBase(ctx context.Context, o PushOptions) (*report.Items, error) {
	s := session.New("snapshot push", o.Options)
	r := &basePush{run: newRun(s, checks.Selection{}), data: newOwn(s), request: o}
	r.run.asIs, r.run.request.Base = true, o.Base
	_, err := r.run.finish(ctx, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) error {
			if err := r.run.check(ctx, log); err != nil {
				return err
			}
			_, err := r.data.needRegistry("push the base")
			return err
		}),
		step.New("base", func(ctx context.Context, log *step.Log) (err error) {
			if !o.DryRun {
				return r.run.useBase(ctx, log)
			}
			if r.run.base, err = base.Open(ctx, r.run.Workspace, r.run.project, r.run.baseRef, r.run.work.Capture, r.run.envFiles); err != nil {
				return err
			}
			return r.run.base.ComputeKey(ctx, log)
		}),
		step.Step{Do: r.run.keepBase},
		step.New("push", r.push),
	))
	return r.data.listed(), err
}

// push pushes the base's two images, the one with data last: who finds it finds the other.
func (r *basePush) push(ctx context.Context, log *step.Log) error {
	registry, err := r.data.needRegistry("push the base")
	if err != nil {
		return err
	}
	if !r.request.DryRun {
		if err := r.data.refuseSecrets(ctx, r.run.base.EmptyRef(), r.run.base.SeededRef()); err != nil {
			return err
		}
		err := r.data.confirmPush(ctx, pushing{
			registry: registry, what: "the base", image: r.run.base.SeededRef(), holds: "the seed data and every role with the hash of its password",
			service: r.run.project.Database, record: pushedBase, yes: r.request.Yes,
		})
		if err != nil {
			return err
		}
	}
	for _, tag := range r.run.base.Tags() {
		ref := registry.Base(tag)
		if !r.request.DryRun {
			if err := r.data.pushImage(ctx, "devenv/base:"+tag, ref, log); err != nil {
				return err
			}
		}
		r.data.items.Items = append(r.data.items.Items, PushItem{Image: ref, DryRun: r.request.DryRun})
	}
	return nil
}
