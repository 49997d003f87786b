package devenv

import (
	"context"
	"errors"
	"fmt"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// ResetTo is what reset puts the user's own database at.
type ResetTo string

// What reset can put the database at.
const (
	// ResetToBranch is the base's data at the branch's head.
	ResetToBranch ResetTo = "branch"
	// ResetToBase is the base's data as the base has it.
	ResetToBase ResetTo = "base"
	// ResetToEmpty is a database after its init scripts, without the application's schema.
	ResetToEmpty ResetTo = "empty"
)

// madeRecord is the record of the worktree's state that names the image which a reset makes for itself, so that the next command
// removes it if this one cannot.
const madeRecord = "made"

// ResetOptions are the options of reset.
type ResetOptions struct {
	Options
	To   ResetTo
	Base string
	// Yes replaces the data without asking.
	Yes bool
	// DryRun only says what would happen.
	DryRun bool
}

// ResetItem says what became of the user's own database.
type ResetItem struct {
	Service string `json:"service"`
	// Place is where the data lies: "volume app_pgdata", "directory …".
	Place string `json:"place"`
	// To says what the data is now.
	To string `json:"to"`
	// Snapshot is the name under which what was there is kept, beside the data; empty when nothing was.
	Snapshot string `json:"snapshot"`
	// Undoes says that undo did it, which itself is not undone.
	Undoes bool `json:"undoes,omitempty"`
	DryRun bool `json:"dry_run,omitempty"`
}

// resetRun is one run of reset.
type resetRun struct {
	// run makes the data that data, the user's own, is exchanged for.
	run     *run
	data    *own
	request ResetOptions
	// made is the image of the branch's data, made for this run alone; empty until then.
	made string
}

// Reset replaces the user's own database by the base's data at the branch's head, or as it is named, and keeps what was there.
// Interrupted or killed at any moment, the data is as before or complete, at the latest after the next command.
func Reset(ctx context.Context, o ResetOptions) (*report.Items, error) {
	s := session.New("reset", o.Options)
	r := &resetRun{run: newRun(s, checks.Selection{}), data: newOwn(s), request: o}
	r.run.asIs, r.run.keepsClone, r.run.request.Base = true, true, o.Base
	_, err := r.run.finish(ctx, s.Sequence(ctx,
		step.New("check", r.run.check),
		step.New("own database", func(ctx context.Context, log *step.Log) error {
			return r.data.readDatabase(ctx, r.run.project.Database, log)
		}),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if err := r.agree(ctx); err != nil || o.DryRun {
				return err
			}
			err := s.Sequence(ctx,
				step.New("base", r.run.useBase),
				step.Step{Do: r.run.keepBase},
				r.bringBranch(),
				r.data.exchangeData(func() newData {
					return newData{from: database.Source{Image: r.image()}, to: r.describe(), durable: true}
				}),
			)
			r.data.listExchanged()
			return errors.Join(err, removeMade(context.WithoutCancel(ctx), s.Workspace))
		}},
	))
	return r.data.listed(), err
}

// describe says what the data will be.
func (r *resetRun) describe() string {
	switch r.request.To {
	case ResetToBase:
		return r.run.facts.BaseRef + ", with its data"
	case ResetToEmpty:
		return "empty, as its init scripts leave it"
	default:
		return "the branch's head, with " + r.run.facts.BaseRef + "'s data"
	}
}

// agree asks whether the data may be replaced, or lists what would be.
func (r *resetRun) agree(ctx context.Context) error {
	if r.request.DryRun {
		r.data.listPlanned(r.describe())
		return nil
	}
	return r.data.confirm(ctx, r.request.Yes, r.describe())
}

// listPlanned says what the data would be.
func (o *own) listPlanned(to string) {
	o.items.Items = append(o.items.Items, ResetItem{Service: o.store.Service, Place: o.store.String(), To: to, DryRun: true})
}

// listExchanged says what the data is now, and nothing where it is as it was.
func (o *own) listExchanged() {
	if o.exchanged {
		o.items.Items = append(o.items.Items, ResetItem{
			Service: o.store.Service, Place: o.store.String(), To: o.exchange.To, Snapshot: o.exchange.Snapshot,
			Undoes: !o.exchange.Undoes.IsZero(),
		})
	}
}

// confirm asks before the user's own data is replaced.
func (o *own) confirm(ctx context.Context, yes bool, to string) error {
	if yes {
		return nil
	}
	return session.Agree(ctx, o.Ask, session.Consent{
		To:    fmt.Sprintf("replace the data of %s in %s by: %s", o.store.Service, o.store, to),
		After: "What is there is kept.", Without: "--yes (what is there is kept)", Refused: "not replaced",
	})
}

// bringBranch applies the branch's migrations to a clone of the base's data, and makes that an image of this run.
func (r *resetRun) bringBranch() step.Step {
	if r.request.To != "" && r.request.To != ResetToBranch {
		return step.Step{Do: func(context.Context, *step.Log) error { return nil }}
	}
	return r.run.InOrder(
		step.New("branch", r.run.takeBranch),
		r.run.Together(
			step.New("database", r.run.cloneSeeded),
			step.New("tool", r.run.startTool),
		),
		step.New("upgrade", r.upgradeBranch),
	)
}

// upgradeBranch migrates the clone and keeps it.
func (r *resetRun) upgradeBranch(ctx context.Context, log *step.Log) error {
	_, err := r.run.tool.Upgrade(ctx, r.run.tool.Database(r.run.seeded), "heads", alembic.MoveOptions{})
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		return report.Fail(report.KindFaulty, "see why, with evidence: devenv test-migration\nor take the base's data as it is: devenv reset --to base",
			"apply the branch's migrations to the base's data: %w", err)
	}
	if err != nil {
		return err
	}
	ref := r.run.base.SeededRef() + "-" + r.run.Workspace.RunID
	if err := r.run.Workspace.Repo.Record(madeRecord).Write(ref); err != nil {
		return err
	}
	image, err := r.run.seeded.CommitBase(ctx, ref, database.Meta{Key: r.run.base.Key, Settings: r.run.base.Settings},
		database.Keep{Labels: r.run.Workspace.ImageLabels(), Secrets: r.run.Secrets()})
	r.made = image.Ref
	if err == nil {
		log.Done("the branch's migrations applied to " + r.run.facts.BaseRef + "'s data")
	}
	return err
}

// image is the one whose data becomes the user's own.
func (r *resetRun) image() string {
	switch r.request.To {
	case ResetToBase:
		return r.run.base.Seeded.ID
	case ResetToEmpty:
		return r.run.base.Empty.ID
	default:
		return r.made
	}
}

// removeMade removes the image that a reset has made for itself alone, this one or one that was killed.
func removeMade(ctx context.Context, w *project.Workspace) error {
	record := w.Repo.Record(madeRecord)
	var ref string
	found, err := record.Read(&ref)
	if err != nil || !found {
		return err
	}
	if err := w.Engine.RemoveImage(ctx, ref, true); err != nil {
		return err
	}
	return record.Remove()
}
