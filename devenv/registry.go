package devenv

import (
	"context"
	"fmt"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// What a registry gets to send a base that nobody asked it for: making one here takes minutes, too.
const (
	pullTimeout  = 5 * time.Minute
	pullPatience = 20 * time.Second
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

// tags are those of the base's two images; the one that is looked for last comes last.
func (b *base) tags() []string { return []string{b.key + "-empty", b.key} }

// pull brings the base's images from the configuration's registry; false where there is none, it does not answer, or what it
// has is not this base: then the base is made here.
func (b *base) pull(ctx context.Context, log *step.Log) (bool, error) {
	registry, ok := configuredRegistry(b.Workspace)
	if !ok {
		return false, nil
	}
	for _, tag := range b.tags() {
		ref := registry.base(tag)
		if err := b.Workspace.Engine.PullWithin(ctx, ref, engine.Patience{Silence: pullPatience, Total: pullTimeout}, log.Line); err != nil {
			if ctx.Err() == nil {
				b.Workspace.Note(fmt.Sprintf("the base is made here, not taken from the registry: %v (%s)", err, strings.ReplaceAll(report.HintOf(err), "\n", "; ")))
			}
			return false, ctx.Err()
		}
		ours, err := database.Adopt(ctx, b.Workspace.Engine, ref, b.key, tag)
		if err != nil {
			return false, err
		}
		if !ours {
			b.Workspace.Note(ref + " is not the base of that key; the base is made here")
			return false, nil
		}
	}
	return b.lookUp(ctx)
}

// PushBase makes the base's images, where they are not known, and pushes them to the configuration's registry.
func PushBase(ctx context.Context, o PushOptions) (*report.Items, error) {
	r := newOwn("snapshot push", o.Options)
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
			if r.base, err = openBase(ctx, r.place, r.project, r.baseRef, r.work.Capture, r.envFiles); err != nil {
				return err
			}
			return r.base.computeKey(ctx, log)
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
		if err := o.refuseSecrets(ctx, o.base.emptyRef(), o.base.seededRef()); err != nil {
			return err
		}
		err := o.confirmPush(ctx, pushing{
			registry: registry, what: "the base", image: o.base.seededRef(), holds: "the seed data and every role with the hash of its password",
			service: o.project.Database, record: pushedBase, yes: options.Yes,
		})
		if err != nil {
			return err
		}
	}
	for _, tag := range o.base.tags() {
		ref := registry.base(tag)
		if !options.DryRun {
			if err := o.pushImage(ctx, "devenv/base:"+tag, ref, log); err != nil {
				return err
			}
		}
		o.items.Items = append(o.items.Items, PushItem{Image: ref, DryRun: options.DryRun})
	}
	return nil
}
