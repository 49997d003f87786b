package devenv

import (
	"context"
	"fmt"
	"path"
	"strings"
	"unicode"

	"devenv/devenv/checks"
	"devenv/devenv/generate"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/trials"
	"devenv/devenv/userdata"
)

// NewMigration makes the branch's migration, tests it on data and writes it into the working tree, following the
// documented workflow line by line. The result has the document even if there is an error. Nothing of the user's is
// touched before the last step, and the run leaves behind only base images.
func NewMigration(ctx context.Context, o NewMigrationOptions) (*Result, error) {
	r := newRun(testbed.New(session.New("new-migration", o.Options), testbed.Request{
		Base: o.Base, Mode: o.Mode, Unverified: o.NoVerify, Selection: checks.Selection{Only: o.Only, Skip: o.Skip, Strict: o.Strict},
		ParallelRuns: o.ParallelRuns, Timings: o.Timings, Standby: o.Standby,
	}))
	r.concluded = o.Concluded
	return r.finish(ctx, r.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) error {
			if err := checkMessage(o.Message); err != nil {
				return err
			}
			if err := r.check(ctx, log); err != nil || o.DryRun && o.Standby == nil {
				return err
			}
			return r.checkWritable()
		}),
		step.New("turn", r.TakeTurn),
		r.onBase(
			step.New("generate", func(ctx context.Context, log *step.Log) (err error) {
				r.migration, err = generate.New(ctx, r.Testbed, r.seeded, o.Message, log)
				return err
			}),
			step.New("format", func(ctx context.Context, log *step.Log) error { return r.migration.Format(ctx, r.Testbed, log) }),
		),
		step.New("deliver", func(ctx context.Context, log *step.Log) error { return r.deliver(ctx, o.DryRun, log) }),
	))
}

// TestMigration tests the branch's revisions as they are: the same run without generate, format and deliver.
func TestMigration(ctx context.Context, o TestMigrationOptions) (*Result, error) {
	r := newRun(testbed.New(session.New("test-migration", o.Options), testbed.Request{
		Base: o.Base, Existing: true, Selection: checks.Selection{Only: o.Only, Skip: o.Skip, Strict: o.Strict},
		ParallelRuns: o.ParallelRuns, Timings: o.Timings, Standby: o.Standby,
	}))
	r.concluded = o.Concluded
	return r.test(ctx)
}

// test proves the branch's revisions.
func (r *run) test(ctx context.Context) (*Result, error) {
	return r.finish(ctx, r.Sequence(ctx,
		step.New("check", r.check),
		step.New("turn", r.TakeTurn),
		r.onBase(step.New("history", r.readHistory)),
	))
}

// check finds what to work on.
func (r *run) check(ctx context.Context, log *step.Log) error {
	if err := r.Request.Selection.Validate(); err != nil {
		return err
	}
	r.watch = startStopwatch(ctx, r.Request.Timings)
	if err := find(ctx, r.Testbed, log); err != nil {
		return err
	}
	r.watch.measure(r.Workspace.Engine)
	return nil
}

// checkWritable fails if the new revision could not be written in the end.
func (r *run) checkWritable() error {
	if len(r.Project.Migrations.Versions) == 0 {
		return nil
	}
	return r.Workspace.Repo.CheckWritable(path.Join(r.Project.Migrations.Versions[0], "new"))
}

// find opens the workspace, which completes what a killed command has begun, and finds what to work on.
func find(ctx context.Context, b *testbed.Testbed, log *step.Log) error {
	if err := b.Open(ctx, userdata.Recover); err != nil {
		return err
	}
	return b.Find(ctx, log)
}

// onBase returns the group of steps from the base and the branch to the verdict, with the steps that determine the
// migration in between. The branch's tool starts while the base is still being made.
func (r *run) onBase(migration ...step.Step) step.Step {
	return r.Beside(
		r.Copied, step.Step{Do: r.KeepBase},
		r.Together(
			r.InOrder(
				r.Together(
					r.InOrder(
						step.New("base", r.UseBase),
						step.New("database", func(ctx context.Context, log *step.Log) (err error) {
							r.seeded, err = r.CloneSeeded(ctx, log)
							return err
						}),
					),
					r.InOrder(
						step.New("branch", r.PrepareBranch),
						r.After(r.Opened, step.New("tool", r.StartTool)),
					),
				),
				r.InOrder(migration...),
			),
			r.After(r.Based, r.After(r.Branched, step.New("stage", func(ctx context.Context, log *step.Log) error {
				return trials.Prepare(ctx, r.Testbed, log)
			}))),
		),
		step.Step{Do: r.verify},
	)
}

// readHistory is test-migration's step in place of generate: it reads the graph, and notes what keeps trials from
// running.
func (r *run) readHistory(ctx context.Context, log *step.Log) (err error) {
	if r.migration, err = generate.Read(ctx, r.Testbed, r.seeded); err == nil {
		text := report.Count(len(r.migration.History.Revisions), "revision")
		if r.migration.History.Complete() {
			text += fmt.Sprintf(", %d of them the branch's", len(r.migration.Revisions))
		} else {
			text += ", and a file that cannot be read"
		}
		log.Done(text)
	}
	return err
}

// verify runs the trials and judges what they found.
func (r *run) verify(ctx context.Context, _ *step.Log) error {
	if r.Request.Unverified || !r.Request.Existing && r.migration.Empty() {
		return nil
	}
	answers := &answers{Testbed: r.Testbed, known: map[string]int64{}}
	facts, err := trials.Run(ctx, r.Testbed, r.seeded, r.migration, answers.update)
	if err != nil {
		return err
	}
	r.document.Checks = answers.all(facts)
	return nil
}

// checkMessage rejects a message that a migration cannot have.
func checkMessage(message string) error {
	if strings.TrimSpace(message) == "" {
		return report.Fail(report.KindUsage, "devenv new-migration \"Add badges\"", "the message is empty")
	}
	for _, c := range message {
		if unicode.IsControl(c) {
			return report.Fail(report.KindUsage, "write the message on one line", "the message contains the control character %q", c)
		}
	}
	return nil
}
