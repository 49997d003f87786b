package devenv

import (
	"context"

	"devenv/devenv/project"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/userdata"
)

// PushOptions are the options of snapshot push --base.
type PushOptions struct {
	Options
	// Base is the base branch; empty means the configured one, or else the repository's default.
	Base string
	// Yes skips the question before a repository's first push.
	Yes bool
	// DryRun only lists what would be pushed.
	DryRun bool
}

// PushItem is an image that was pushed, or would be.
type PushItem struct {
	Image  string `json:"image"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// basePush is one run of snapshot push --base.
type basePush struct {
	bed     *testbed.Testbed
	request PushOptions
	to      project.Registry
	items   *report.Items
}

// PushBase makes the base's images, unless they exist, and pushes them to the configured registry.
func PushBase(ctx context.Context, o PushOptions) (*report.Items, error) {
	s := session.New("snapshot push", o.Options)
	r := &basePush{bed: testbed.New(s, testbed.Request{Base: o.Base, Existing: true, FromStart: true}), request: o, items: report.NewItems(s.Command)}
	err := r.bed.Finish(ctx, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) (err error) {
			if err := find(ctx, r.bed, log); err != nil {
				return err
			}
			r.to, err = userdata.NeedRegistry(s.Workspace, "push the base")
			return err
		}),
		step.New("turn", func(ctx context.Context, log *step.Log) error {
			if o.DryRun {
				log.Skipped("")
				return nil
			}
			return r.bed.TakeTurn(ctx, log)
		}),
		step.New("base", func(ctx context.Context, log *step.Log) error {
			if !o.DryRun {
				return r.bed.UseBase(ctx, log)
			}
			return r.bed.OpenBase(ctx, log)
		}),
		step.Step{Do: r.bed.KeepBase},
		step.New("push", r.push),
	))
	r.items.Items = redact.Copy(s.Redactor, r.items.Items)
	return r.items, err
}

// push pushes the base's two images, the one with data last: whoever finds that finds the other.
func (r *basePush) push(ctx context.Context, log *step.Log) error {
	if err := r.bed.LeaveTurn(); err != nil {
		return err
	}
	b := r.bed.Base
	if !r.request.DryRun {
		err := userdata.Push{
			Registry: r.to, What: "the base", Images: []string{
				b.EmptyRef(),
				b.SeededRef(),
			}, Holds: "the seed data and every role with the hash of its password",
			Service: r.bed.Project.Database, Record: userdata.BaseRecord, Yes: r.request.Yes,
		}.Agree(ctx, r.bed.Session)
		if err != nil {
			return err
		}
	}
	for _, tag := range b.Tags() {
		ref := r.to.Base(tag)
		if !r.request.DryRun {
			if err := userdata.PushImage(ctx, r.bed.Workspace, "devenv/base:"+tag, ref, log); err != nil {
				return err
			}
		}
		r.items.Items = append(r.items.Items, PushItem{Image: ref, DryRun: r.request.DryRun})
	}
	return nil
}

// PushSnapshot pushes a snapshot to the configured registry, under its name, replacing any image of that name. Whoever
// has the repository can pull it there.
func PushSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	s := session.New("snapshot push", o.Options)
	items := report.NewItems(s.Command)
	var snapshot SnapshotItem
	var to project.Registry
	return ended(ctx, s, items, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, _ *step.Log) (err error) {
			if to, err = openRegistry(ctx, s, "push "+o.Name); err != nil {
				return err
			}
			all, err := userdata.Snapshots(ctx, s.Workspace.Engine, s.Workspace.Repo)
			if err != nil {
				return err
			}
			snapshot, err = userdata.Named(all, o.Name)
			return err
		}),
		step.New("push", func(ctx context.Context, log *step.Log) error {
			if !o.DryRun {
				if err := userdata.PushSnapshot(ctx, s, snapshot, to, o.Yes, log); err != nil {
					return err
				}
			}
			items.Items = append(items.Items, PushItem{Image: to.Snapshot(o.Name), DryRun: o.DryRun})
			return nil
		}),
	))
}
