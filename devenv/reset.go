package devenv

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/report"
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
	// Snapshot is the name of the snapshot that keeps what was there; empty when nothing was.
	Snapshot string `json:"snapshot"`
	DryRun   bool   `json:"dry_run,omitempty"`
}

// resetRun is one run of reset.
type resetRun struct {
	*own
	request ResetOptions
	// made is the image of the branch's data, made for this run alone; empty until then.
	made string
}

// Reset replaces the user's own database by the base's data at the branch's head, or as it is named, and keeps what was there
// as a snapshot. Interrupted or killed at any moment, the data is as before or complete, at the latest after the next command.
func Reset(ctx context.Context, o ResetOptions) (*report.Items, error) {
	r := &resetRun{own: newOwn("reset", o.Options), request: o}
	r.run.request = NewMigrationOptions{Base: o.Base}
	return r.end(ctx, r.sequence(ctx,
		step{"check", r.check},
		step{"own database", func(ctx context.Context, log *stepLog) error { return r.readDatabase(ctx, r.project.Database, log) }},
		step{do: func(ctx context.Context, _ *stepLog) error {
			if err := r.agree(ctx); err != nil || o.DryRun {
				return err
			}
			err := r.sequence(ctx,
				step{"base", r.useBase},
				r.bringBranch(),
				r.exchangeData(r.image, r.describe(), true),
			)
			return errors.Join(err, r.removeMade(ctx))
		}},
	))
}

// describe says what the data will be.
func (r *resetRun) describe() string {
	switch r.request.To {
	case ResetToBase:
		return r.facts.BaseRef + ", with its data"
	case ResetToEmpty:
		return "empty, as its init scripts leave it"
	default:
		return "the branch's head, with " + r.facts.BaseRef + "'s data"
	}
}

// agree asks whether the data may be replaced, and lists what happens to it.
func (r *resetRun) agree(ctx context.Context) error {
	item := ResetItem{Service: r.store.Service, Place: r.store.String(), To: r.describe(), DryRun: r.request.DryRun}
	if !r.request.DryRun {
		if err := r.confirm(ctx, r.request.Yes, item.To); err != nil {
			return err
		}
	}
	r.items.Items = append(r.items.Items, &item)
	return nil
}

// confirm asks before the user's own data is replaced.
func (o *own) confirm(ctx context.Context, yes bool, to string) error {
	if yes {
		return nil
	}
	return agreed(ctx, o.options.Ask, consent{
		to:    fmt.Sprintf("replace the data of %s in %s by: %s", o.store.Service, o.store, to),
		after: "What is there is kept as a snapshot.", without: "--yes (what is there is kept as a snapshot)", refused: "not replaced",
	})
}

// consent is what somebody must say yes to: what is to be done, what becomes of the data after it, how to say yes without being
// asked, and what a no comes to.
type consent struct{ to, after, without, refused string }

// agreed asks for consent; nobody there to ask is a usage failure, and a no ends the command.
func agreed(ctx context.Context, ask Asker, c consent) error {
	if ask == nil {
		return report.Fail(report.KindUsage, "say so without being asked: "+c.without, "%s? Nobody is there to ask", c.to)
	}
	yes, err := ask.Confirm(ctx, strings.ToUpper(c.to[:1])+c.to[1:]+"? "+c.after)
	if err == nil && !yes {
		err = report.Fail(report.KindWork, "", "%s: you said no", c.refused)
	}
	return err
}

// bringBranch applies the branch's migrations to a clone of the base's data, and makes that an image of this run.
func (r *resetRun) bringBranch() step {
	if r.request.To != "" && r.request.To != ResetToBranch {
		return step{do: func(context.Context, *stepLog) error { return nil }}
	}
	return r.inOrder(
		step{"branch", r.takeBranch},
		r.together(
			step{"database", r.cloneSeeded},
			step{"tool", r.startTool},
		),
		step{"upgrade", r.upgradeBranch},
	)
}

// upgradeBranch migrates the clone and keeps it.
func (r *resetRun) upgradeBranch(ctx context.Context, log *stepLog) error {
	_, err := r.tool.Upgrade(ctx, r.tool.database(r.seeded), "heads", alembic.MoveOptions{})
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		return report.Fail(report.KindFaulty, "see why, with evidence: devenv test-migration\nor take the base's data as it is: devenv reset --to base",
			"apply the branch's migrations to the base's data: %w", err)
	}
	if err != nil {
		return err
	}
	image, err := r.seeded.CommitBase(ctx, r.base.seededRef()+"-"+r.place.runID, database.Meta{Key: r.base.key, Settings: r.base.settings})
	r.made = image.Ref
	if err == nil {
		log.done("the branch's migrations applied to " + r.facts.BaseRef + "'s data")
	}
	return err
}

// image is the one whose data becomes the user's own.
func (r *resetRun) image() string {
	switch r.request.To {
	case ResetToBase:
		return r.base.seeded.ID
	case ResetToEmpty:
		return r.base.empty.ID
	default:
		return r.made
	}
}

// removeMade removes the image of this run, and says what was kept.
func (r *resetRun) removeMade(ctx context.Context) error {
	if item, ok := r.items.Items[0].(*ResetItem); ok {
		item.Snapshot = r.exchange.Snapshot
	}
	if r.made == "" {
		return nil
	}
	return r.place.engine.RemoveImage(context.WithoutCancel(ctx), r.made, true)
}
