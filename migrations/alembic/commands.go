package alembic

import (
	"context"
	"fmt"

	"devenv/migrations"
)

// The driver has all the abilities that a tool can have.
var (
	_ migrations.Tool          = (*Driver)(nil)
	_ migrations.Generator     = (*Driver)(nil)
	_ migrations.Modeler       = (*Driver)(nil)
	_ migrations.VersionSetter = (*Driver)(nil)
	_ migrations.Observer      = (*Driver)(nil)
	_ migrations.Located       = (*Driver)(nil)
	_ migrations.Snippets      = (*Driver)(nil)
)

// Hello returns what the driver found when it started.
func (d *Driver) Hello() Hello { return d.hello }

// Directories returns the version directories, as absolute paths in the driver's file system.
func (d *Driver) Directories() []string { return d.hello.VersionLocations }

// About returns the versions of Alembic, SQLAlchemy and Python.
func (d *Driver) About() string {
	return fmt.Sprintf("Alembic %s, SQLAlchemy %s, Python %s", d.hello.Alembic, d.hello.SQLAlchemy, d.hello.Python)
}

// History reads all revision files. It needs neither a database nor env.py. A broken file is a Problem, not an error.
func (d *Driver) History(ctx context.Context) (migrations.History, error) {
	var answer struct {
		Revisions []fileRevision       `json:"revisions"`
		Problems  []migrations.Problem `json:"problems"`
	}
	if err := d.call(ctx, request{Command: "history"}, &answer); err != nil {
		return migrations.History{}, err
	}
	history := migrations.History{Problems: answer.Problems}
	for _, r := range answer.Revisions {
		history.Revisions = append(history.Revisions, r.revision())
	}
	return history, nil
}

// Applied reads the database's version table.
func (d *Driver) Applied(ctx context.Context, db migrations.Database) (migrations.Applied, error) {
	var answer migrations.Applied
	err := d.call(ctx, request{Command: "current", Database: db}, &answer)
	return answer, err
}

// SetVersion records in the version table that exactly these revisions are applied, without running any.
func (d *Driver) SetVersion(ctx context.Context, db migrations.Database, heads ...string) error {
	return d.call(ctx, request{Command: "set_version", Database: db, Arguments: map[string]any{"heads": append([]string{}, heads...)}}, nil)
}

// Upgrade runs the migrations up to a target. When one fails, the error is a *migrations.Failure and the run still
// contains what happened before the failure.
func (d *Driver) Upgrade(ctx context.Context, db migrations.Database, to migrations.Target) (migrations.Run, error) {
	return d.move(ctx, "upgrade", db, to, migrations.MoveOptions{})
}

// UpgradeWith is like Upgrade, but traces the run or ends it early, depending on the options.
func (d *Driver) UpgradeWith(
	ctx context.Context, db migrations.Database, to migrations.Target, o migrations.MoveOptions,
) (migrations.Run, error) {
	return d.move(ctx, "upgrade", db, to, o)
}

// Downgrade runs the migrations back to a target. It returns the same errors as Upgrade.
func (d *Driver) Downgrade(ctx context.Context, db migrations.Database, to migrations.Target) (migrations.Run, error) {
	return d.move(ctx, "downgrade", db, to, migrations.MoveOptions{})
}

// targetOf returns a target in the syntax of Alembic's command line.
func targetOf(to migrations.Target) string {
	switch {
	case to.Nothing:
		return "base"
	case to.All:
		return "heads"
	case to.Steps > 0:
		return fmt.Sprintf("-%d", to.Steps)
	case to.Revision != "":
		return to.Revision
	}
	return "head"
}

// Autogenerate compares the models with the database, using the project's env.py and hooks. The driver keeps the result
// for WriteRevision.
func (d *Driver) Autogenerate(ctx context.Context, db migrations.Database) ([]migrations.Operation, error) {
	var answer struct {
		Operations []migrations.Operation `json:"operations"`
	}
	err := d.inTurn(ctx, func() error {
		err := d.run(ctx, request{Command: "autogenerate", Database: db}, &answer)
		d.generated = answer.Operations
		return err
	})
	return answer.Operations, err
}

// WriteRevision writes the last Autogenerate's result, without the noise, to a revision file and imports it. A file
// that cannot be imported is removed again, and the error is a *migrations.Failure.
func (d *Driver) WriteRevision(ctx context.Context, r migrations.Revise) (migrations.Written, error) {
	var answer migrations.Written
	err := d.inTurn(ctx, func() error {
		arguments := map[string]any{"revise": r, "exclude": d.noise(r.Exclude)}
		return d.run(ctx, request{Command: "write_revision", Arguments: arguments}, &answer)
	})
	return answer, err
}

// noise returns the indexes of the operations to leave out, in the result of the last Autogenerate.
func (d *Driver) noise(exclude []migrations.Operation) []int {
	positions := []int{}
	for i, o := range d.generated {
		if migrations.IsNoise(o, d.generated, exclude) {
			positions = append(positions, i)
		}
	}
	return positions
}

// CreateAll creates the schema that the models describe, in a database that has none of it.
func (d *Driver) CreateAll(ctx context.Context, db migrations.Database) error {
	return d.call(ctx, request{Command: "create_all", Database: db}, nil)
}

func (d *Driver) move(
	ctx context.Context, command string, db migrations.Database, to migrations.Target, o migrations.MoveOptions,
) (migrations.Run, error) {
	var run migrations.Run
	r := request{Command: command, Database: db, Arguments: map[string]any{
		"target": targetOf(to), "trace": o.Trace, "keep_before": o.KeepBefore, "transactions": o.Transactions, "fail_after": o.FailAfter,
		"meanwhile": o.Meanwhile,
	}}
	r.onStatement = func(s migrations.Statement) {
		run.Statements = append(run.Statements, s)
		if o.OnStatement != nil {
			o.OnStatement(s)
		}
	}
	err := d.call(ctx, r, &run)
	return run, err
}

// fileRevision is a revision as the driver's history command returns it.
type fileRevision struct {
	migrations.Revision
	Comments []struct {
		Line int    `json:"line"`
		Text string `json:"text"`
	} `json:"comments"`
}

func (f fileRevision) revision() migrations.Revision {
	r := f.Revision
	for _, c := range f.Comments {
		if w, ok := migrations.ParseWaiver(c.Text, c.Line); ok {
			r.Waivers = append(r.Waivers, w)
		}
	}
	return r
}
