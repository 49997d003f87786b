package generate

import (
	"context"
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

func TestNoRevisionIsMadeOnSeveralHeads(t *testing.T) {
	t.Parallel()
	b := &testbed.Testbed{}
	b.Base = zeroOf(b.Base)
	two := []migrations.Revision{{ID: "b1", Head: true}, {ID: "c1", Head: true}}
	w := &writer{Testbed: b, migration: &Migration{History: migrations.History{Revisions: two}, Revisions: two}}
	runner := step.NewRunner(report.Silent{})
	var revise *migrations.Revise
	err := runner.Run(t.Context(), step.New("generate", func(ctx context.Context, log *step.Log) (err error) {
		revise, err = w.plan(ctx, log)
		return err
	}))
	if err != nil || revise != nil || w.migration.Applied {
		t.Errorf("planned %v, applied: %v, %v", revise, w.migration.Applied, err)
	}
	if made := runner.Steps()[0]; made.Status != report.StepSkipped || made.Detail != "the branch's own migrations fail: the history has "+
		"several heads (history.heads)" {
		t.Errorf("%s: %q", made.Status, made.Detail)
	}
}

// zeroOf returns a pointer to a zero value of the type; it also works for types of packages not imported here.
func zeroOf[T any](*T) *T { return new(T) }

func TestTablesThatNoMigrationMakesAreAnError(t *testing.T) {
	t.Parallel()
	noise := []migrations.Operation{
		{Kind: migrations.DropIndex, Object: "index:public.ix_old"},
		{Kind: migrations.CreateTable, Object: "table:public.members", Rendered: "op.create_table('members',\nsa.Column('id'))"},
		{Kind: migrations.AddColumn, Object: "column:crm.teams.motto", Rendered: "op.add_column('teams')"},
	}
	none := catalog.Catalog{}
	err := lacking(noise, none, "main", "upgrade()")
	const want = "make a migration: the branch needs none of its own, but models and migrations differ on main already: its models have " +
		"table members, column crm.teams.motto, and no migration makes them"
	if err == nil || err.Error() != want || report.KindOf(err) != report.KindWork {
		t.Errorf("%v", err)
	}
	const code = "    op.create_table('members',\n    sa.Column('id'))\n    op.add_column('teams')\n"
	if hint := report.HintOf(err); !strings.Contains(hint, code) {
		t.Errorf("the hint is %s", hint)
	}
	if err := lacking(noise[:1], none, "main", "upgrade()"); err != nil {
		t.Errorf("an index that only the database has: %v", err)
	}
	there := catalog.Catalog{Objects: map[string]catalog.Object{"view:public.members": {}, "column:crm.teams.motto": {}}}
	if err := lacking(noise, there, "main", "upgrade()"); err != nil {
		t.Errorf("what autogenerate does not see, but is there: %v", err)
	}
}

func TestTablesOfTheBasesModelsAreNamed(t *testing.T) {
	t.Parallel()
	table := func(name string) migrations.Operation {
		return migrations.Operation{Kind: migrations.CreateTable, Object: "table:" + name}
	}
	index := migrations.Operation{Kind: migrations.CreateIndex, Object: "index:public.ix_members_name"}
	noise := []migrations.Operation{table("public.members"), index, table("public.others")}
	made := []migrations.Operation{table("public.members"), index, table("public.visits")}
	const want = "on main the models describe public.members already, and no migration makes it: the new one does"
	if got := older("main", noise, made); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := older("main", noise, made[2:]); got != "" {
		t.Errorf("the branch brought it: %q", got)
	}
}
