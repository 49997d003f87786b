package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/report"
)

// pullTimeout is what a registry gets to send a base: making one takes no longer.
const pullTimeout = 10 * time.Minute

// PushOptions are the options of snapshot push --base.
type PushOptions struct {
	Options
	// Base is the base branch; empty means the configuration's, else the repository's default.
	Base string
	// Yes pushes without asking, which is asked before the first push of a worktree.
	Yes bool
	// DryRun only says what would be pushed.
	DryRun bool
}

// PushItem is an image that was pushed, or would be.
type PushItem struct {
	Image  string `json:"image"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// remoteRef is the name that one of the base's images has in the configuration's registry.
func (b *base) remoteRef(tag string) string {
	return strings.TrimSuffix(b.place.config.Registry, "/") + "/base:" + tag
}

// tags are those of the base's two images; the one that is looked for last comes last.
func (b *base) tags() []string { return []string{b.key + "-empty", b.key} }

// pull brings the base's images from the configuration's registry; false where there is none, it does not answer, or what it
// has is not this base: then the base is made here.
func (b *base) pull(ctx context.Context, log *stepLog) (bool, error) {
	if b.place.config == nil || b.place.config.Registry == "" {
		return false, nil
	}
	pulling, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	for _, tag := range b.tags() {
		ref := b.remoteRef(tag)
		if err := b.place.engine.Pull(pulling, ref, "", log.line); err != nil {
			if ctx.Err() == nil {
				b.place.note(fmt.Sprintf("the base is not taken from the registry: %v", err))
			}
			return false, ctx.Err()
		}
		ours, err := database.Adopt(ctx, b.place.engine, ref, b.key, tag)
		if err != nil {
			return false, err
		}
		if !ours {
			b.place.note(ref + " is not the base of that key; the base is made here")
			return false, nil
		}
	}
	return b.lookUp(ctx)
}

// PushBase makes the base's images, where they are not known, and pushes them to the configuration's registry.
func PushBase(ctx context.Context, o PushOptions) (*report.Items, error) {
	r := newOwn("snapshot push", o.Options)
	r.request.Base = o.Base
	return r.end(ctx, r.sequence(ctx,
		step{"check", func(ctx context.Context, log *stepLog) error {
			if err := r.check(ctx, log); err != nil {
				return err
			}
			if r.place.config == nil || r.place.config.Registry == "" {
				return report.Fail(report.KindUsage, "say where to, in .devenv.yaml:\n    registry: ghcr.io/acme/devenv", "push the base: no registry is configured")
			}
			return nil
		}},
		step{"base", func(ctx context.Context, log *stepLog) (err error) {
			if !o.DryRun {
				return r.useBase(ctx, log)
			}
			if r.base, err = openBase(ctx, r.place, r.project, r.baseRef, r.ignored, r.envFiles); err != nil {
				return err
			}
			return r.base.computeKey(ctx)
		}},
		step{"push", func(ctx context.Context, log *stepLog) error { return r.pushBase(ctx, o, log) }},
	))
}

// pushBase pushes the base's two images, the one with data last: who finds it finds the other.
func (o *own) pushBase(ctx context.Context, options PushOptions, log *stepLog) error {
	if !options.DryRun {
		if err := o.confirmPush(ctx, options.Yes); err != nil {
			return err
		}
	}
	for _, tag := range o.base.tags() {
		ref := o.base.remoteRef(tag)
		if !options.DryRun {
			if err := o.pushImage(ctx, "devenv/base:"+tag, ref, log); err != nil {
				return err
			}
		}
		o.items.Items = append(o.items.Items, PushItem{Image: ref, DryRun: options.DryRun})
	}
	return nil
}

// pushImage pushes an image under another name, which it has only meanwhile: clean finds it by its own.
func (o *own) pushImage(ctx context.Context, source, ref string, log *stepLog) error {
	e := o.place.engine
	if err := e.Tag(ctx, source, ref); err != nil {
		return err
	}
	err := e.Push(ctx, ref, log.line)
	return errors.Join(err, e.RemoveImage(context.WithoutCancel(ctx), ref, false))
}

// pushedRecord names the registries that this worktree has pushed to, after it was said what goes along.
const pushedRecord = "pushed"

// confirmPush says before the first push of a worktree to a registry what the images hold, and asks.
func (o *own) confirmPush(ctx context.Context, yes bool) error {
	registry := o.place.config.Registry
	record := o.place.repo.Record(pushedRecord)
	var known []string
	if _, err := record.Read(&known); err != nil || slices.Contains(known, registry) {
		return err
	}
	image, _, err := o.place.engine.ImageInspect(ctx, o.base.seededRef())
	if err != nil {
		return err
	}
	holds := fmt.Sprintf("it holds the seed data and the environment of %s, without POSTGRES_PASSWORD: %s",
		o.project.Database, strings.Join(variableNames(image.Env), ", "))
	if yes {
		o.note("the base is pushed to " + registry + "; " + holds)
	} else if err := agreed(ctx, o.options.Ask, consent{
		to: fmt.Sprintf("push the base to %s (%s)", registry, holds), after: "Who can pull from there can read it.",
		without: "--yes", refused: "not pushed",
	}); err != nil {
		return err
	}
	return record.Write(append(known, registry))
}

// variableNames are the names of the variables that have a value.
func variableNames(env []string) []string {
	var names []string
	for _, variable := range env {
		if name, value, _ := strings.Cut(variable, "="); value != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
