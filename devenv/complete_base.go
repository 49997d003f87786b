package devenv

import (
	"context"

	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// CompleteBaseName is the name of the command for CompleteBase.
const CompleteBaseName = testbed.CompleteBase

// CompleteBaseOptions are the options of what makes a base in the background.
type CompleteBaseOptions struct {
	Options
	// Base is the base branch; empty means the configured one, or else the repository's default.
	Base string
}

// CompleteBase makes a base from the start, unless it is there, beside the worktree's runs and after those that are
// under way; then it removes the images in which an earlier base's data was upgraded.
func CompleteBase(ctx context.Context, o CompleteBaseOptions) error {
	s := session.New(testbed.CompleteBase, o.Options)
	s.Background = true
	b := testbed.New(s, testbed.Request{Base: o.Base, Existing: true, FromStart: true})
	return b.RecordCompletion(b.Finish(ctx, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) error { return find(ctx, b, log) }),
		step.New("turn", b.AwaitIdle),
		step.New("base", b.UseBase),
		step.Step{Do: b.KeepBase},
		step.New("replace", func(ctx context.Context, _ *step.Log) error { return b.Base.DropUpgraded(ctx) }),
	)))
}
