package devenv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/devenv/userdata"
	"devenv/migrations"
)

// ResetTo is what reset fills the user's own database with.
type ResetTo string

// The possible values of ResetTo.
const (
	// ResetToBranch is the base's data at the branch's head.
	ResetToBranch ResetTo = "branch"
	// ResetToBase is the base's data as the base has it.
	ResetToBase ResetTo = "base"
	// ResetToEmpty is a database after its init scripts, without the application's schema.
	ResetToEmpty ResetTo = "empty"
)

// ResetOptions are the options of reset.
type ResetOptions struct {
	Options
	To   ResetTo
	Base string
	// Yes replaces the data without asking.
	Yes bool
	// DryRun only returns what would be done.
	DryRun bool
	// ParallelRuns is as in NewMigrationOptions.
	ParallelRuns int
}

// ResetItem is what became of the user's own database.
type ResetItem = userdata.Exchanged

// resetRun is one run of reset.
type resetRun struct {
	// bed makes the data that replaces the user's own, which is in database.
	bed      *testbed.Testbed
	database *userdata.Database
	request  ResetOptions
	items    *report.Items
	// clone holds the base's data, to which the branch's migrations are applied; nil until then.
	clone *database.Server
	// made is the image of the new data if it is made only for this run; empty until then.
	made string
}

// Reset replaces the user's own database with the base's data at the branch's head, or with what To says, and keeps the
// old data. If it is interrupted or killed at any point, the data is either as before or complete once the next command
// has run.
func Reset(ctx context.Context, o ResetOptions) (*report.Items, error) {
	s := session.New("reset", o.Options)
	r := &resetRun{
		bed:     testbed.New(s, testbed.Request{Base: o.Base, Existing: true, FromStart: true, ParallelRuns: o.ParallelRuns}),
		request: o, items: report.NewItems(s.Command),
	}
	err := r.finish(ctx, s.Sequence(ctx,
		step.New("check", r.find),
		step.New("own database", func(ctx context.Context, log *step.Log) (err error) {
			r.database, err = userdata.Find(ctx, s, r.bed.Project.Database, log)
			return err
		}),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if err := r.agree(ctx); err != nil || o.DryRun {
				return err
			}
			err := r.unchanged(s.Sequence(ctx,
				step.New("turn", r.bed.TakeTurn),
				step.New("base", r.bed.UseBase),
				step.Step{Do: r.bed.KeepBase},
				r.branchSteps(),
			))
			if err == nil {
				err = r.exchange(ctx)
			}
			return errors.Join(err, userdata.RemoveMade(context.WithoutCancel(ctx), s.Workspace))
		}},
	))
	r.items.Items = redact.Copy(s.Redactor, r.items.Items)
	return r.items, err
}

// find finds what to work on. The branch's code is to run on the new data: models without a migration are said before.
func (r *resetRun) find(ctx context.Context, log *step.Log) error {
	if err := find(ctx, r.bed, log); err != nil {
		return err
	}
	begun, err := r.bed.Workspace.Begun(ctx, r.bed.BaseRef, r.bed.Project.Migrations)
	if note := begun.Unmigrated(); err == nil && note != "" && r.request.To != ResetToEmpty {
		r.bed.Note(note)
	}
	return err
}

// unchanged says, if the new data could not be made, that the user's own is as it was.
func (r *resetRun) unchanged(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		r.bed.Note("the data of " + r.bed.Project.Database + " is as it was")
		return err
	}
	return fmt.Errorf("%w; nothing was changed", err)
}

// finish removes what the command made. If the connection to the clone was lost, the error says what happened to the
// clone.
func (r *resetRun) finish(ctx context.Context, err error) error {
	if r.clone != nil {
		err = tool.ExplainLost(ctx, r.clone, err)
	}
	return r.bed.Finish(ctx, err)
}

// describe returns what the data will be.
func (r *resetRun) describe() string {
	switch r.request.To {
	case ResetToBase:
		return r.bed.BaseName() + ", with its data"
	case ResetToEmpty:
		return "empty, as its init scripts leave it"
	default:
		return "the branch's head, with " + r.bed.BaseName() + "'s data"
	}
}

// agree asks whether to replace the data, or lists what would be replaced.
func (r *resetRun) agree(ctx context.Context) error {
	if r.request.DryRun {
		r.items.Items = append(r.items.Items, r.database.Planned(r.describe()))
		return nil
	}
	return r.database.Agree(ctx, r.request.Yes, r.describe())
}

// branchSteps returns the steps that apply the branch's migrations to a clone of the base's data and make an image of
// it.
func (r *resetRun) branchSteps() step.Step {
	if r.request.To != "" && r.request.To != ResetToBranch {
		return step.Step{Do: r.givePassword}
	}
	return r.bed.InOrder(
		step.New("branch", r.bed.PrepareBranch),
		r.bed.Together(
			step.New("database", r.cloneBase),
			step.New("tool", r.bed.StartTool),
		),
		step.New("upgrade", r.upgradeBranch),
	)
}

// givePassword makes an image of the base's data that has the branch's password, if that is another than the base's.
func (r *resetRun) givePassword(ctx context.Context, _ *step.Log) (err error) {
	if r.bed.Base.NewPassword == "" {
		return nil
	}
	from := r.bed.Base.Original
	if r.request.To == ResetToEmpty {
		from = r.bed.Base.WithoutData
	}
	if r.clone, err = r.bed.Clone(ctx, from, testbed.CloneOptions{Kept: true}); err != nil {
		return err
	}
	return r.keepClone(ctx)
}

// cloneBase starts the clone of the base's data.
func (r *resetRun) cloneBase(ctx context.Context, log *step.Log) (err error) {
	if err := r.bed.FindDatabaseChange(ctx, log); err != nil {
		return err
	}
	began := time.Now()
	if r.clone, err = r.bed.Clone(ctx, r.bed.Base.Original, testbed.CloneOptions{Kept: true}); err == nil {
		log.Done("a clone of the base's data, ready in " + time.Since(began).Round(time.Millisecond).String())
	}
	return err
}

// upgradeBranch migrates the clone and keeps it.
func (r *resetRun) upgradeBranch(ctx context.Context, log *step.Log) error {
	_, err := r.bed.Tool.Upgrade(ctx, r.bed.Tool.Database(r.clone), migrations.Heads())
	var failure *migrations.Failure
	if errors.As(err, &failure) && !failure.Unanswered() {
		return report.Fail(report.KindFaulty, "to see why, with evidence: devenv test-migration\nor take the base's data as it is: devenv "+
			"reset --to base",
			"apply the branch's migrations to the base's data: %w", err)
	}
	if err != nil {
		return err
	}
	if err := r.keepClone(ctx); err != nil {
		return err
	}
	log.Done(upgraded(len(r.bed.Work.Own), r.bed.BaseName()))
	return nil
}

// keepClone makes an image of the clone.
func (r *resetRun) keepClone(ctx context.Context) error {
	ref := r.bed.Base.SeededRef() + "-" + r.bed.Workspace.RunID
	if err := userdata.RecordMade(r.bed.Workspace.Repo, ref); err != nil {
		return err
	}
	image, err := r.clone.CommitBase(ctx, ref, database.Meta{Key: r.bed.Base.Key, Settings: r.bed.Base.Settings},
		database.CopyOptions{Labels: r.bed.Workspace.ImageLabels(), Secrets: r.bed.Secrets()})
	r.made = image.Ref
	return err
}

// upgraded says what became of the base's data on the way to the branch's head.
func upgraded(migrations int, base string) string {
	if migrations == 0 {
		return base + "'s data as it is: the branch adds no migration"
	}
	return "the branch's migrations applied to " + base + "'s data"
}

// exchange replaces the user's own data with the new data.
func (r *resetRun) exchange(ctx context.Context) error {
	done, err := r.database.Exchange(ctx, userdata.NewData{
		From: database.Source{Image: r.image()}, To: r.describe(), Durable: true, Alone: r.request.To == ResetToEmpty,
	})
	if done != nil {
		r.items.Items = append(r.items.Items, *done)
	}
	return err
}

// image returns the image whose data becomes the user's own.
func (r *resetRun) image() string {
	switch {
	case r.made != "":
		return r.made
	case r.request.To == ResetToEmpty:
		return r.bed.Base.Empty.ID
	default:
		return r.bed.Base.Seeded.ID
	}
}
