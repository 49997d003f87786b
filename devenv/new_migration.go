package devenv

import (
	"context"

	"devenv/devenv/checks"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// NewMigration makes the branch's migration, proves it on data and writes it into the working tree: the documented
// workflow, line by line. The result holds the document also when there is an error. Nothing of the user's is touched
// before the last step, and the run leaves nothing behind but base images.
func NewMigration(ctx context.Context, o NewMigrationOptions) (*Result, error) {
	r := newRun(session.New("new-migration", o.Options), checks.Selection{Only: o.Only, Skip: o.Skip})
	r.request = o
	return r.finish(ctx, r.Sequence(ctx,
		step.New("check", r.check),
		r.onBase(!o.NoVerify,
			step.New("generate", r.generate),
			step.New("format", r.format),
		),
		step.New("deliver", r.deliver),
	))
}

// TestMigration proves the branch's revisions as they are: the same run without generate, format and deliver.
func TestMigration(ctx context.Context, o TestMigrationOptions) (*Result, error) {
	r := newRun(session.New("test-migration", o.Options), checks.Selection{Only: o.Only, Skip: o.Skip})
	r.request = NewMigrationOptions{Base: o.Base}
	r.asIs = true
	return r.finish(ctx, r.Sequence(ctx,
		step.New("check", r.check),
		r.onBase(true, step.New("history", r.readHistory)),
	))
}

// onBase is the group of steps from the base and the branch to the verdict; those that say what the migration is come between.
func (r *run) onBase(verified bool, migration ...step.Step) step.Step {
	return r.Beside(
		r.copied, step.Step{Do: r.keepBase},
		r.Together(
			step.New("base", r.useBase),
			step.New("branch", r.takeBranch),
		),
		r.Together(
			r.InOrder(
				r.Together(
					step.New("database", r.cloneSeeded),
					step.New("tool", r.startTool),
				),
				r.InOrder(migration...),
			),
			step.New("stage", r.setStage),
		),
		r.verify(verified),
	)
}

// verify is the group of trials, which overlap where they do not depend on each other, and the judgement.
func (r *run) verify(wanted bool) step.Step {
	return step.Step{Do: func(ctx context.Context, _ *step.Log) error {
		if !wanted || r.nothingNew() {
			return nil
		}
		if err := r.runTrials(ctx); err != nil {
			return err
		}
		r.facts.NotCompared = r.unread()
		r.document.Checks = checks.Evaluate(r.facts, r.selection, func(c report.Check) { r.Emit(report.Checked{Check: c}) })
		return nil
	}}
}
