package trials

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestOnlyTheBranchsChangesAreComparedWithHistory(t *testing.T) {
	t.Parallel()
	schema := func(objects ...string) catalog.Catalog {
		c := catalog.Catalog{Objects: map[string]catalog.Object{}}
		for i := 0; i < len(objects); i += 3 {
			c.Objects[objects[i]] = catalog.Object{Parent: objects[i+1], Definition: objects[i+2]}
		}
		return c
	}
	const teams, users = "table:public.teams", "table:public.users"
	u := &upgrade{}
	u.before.Catalog = schema(
		teams, "", "table", "index:public.ix_teams", teams, "by hand",
		users, "", "table", "column:public.users.a", users, "text", "index:public.ix_users", users, "by hand")
	u.after.Catalog = schema(
		teams, "", "table", "index:public.ix_teams", teams, "by hand",
		users, "", "table, row level security", "column:public.users.a", users, "varchar", "index:public.ix_users", users, "by hand",
		"sequence:public.users_id_seq", users, "sequence as integer start 5 increment 1", "sequence:public.codes", users, "sequence as integer start 5 increment 1")
	scratch := schema(
		teams, "", "table", // lacks an index, but not because of the branch
		users, "", "table, row level security", "column:public.users.a", users, "text", "trigger:public.users.t", users, "only here",
		"sequence:public.users_id_seq", users, "sequence as integer start 1 increment 1", "sequence:public.codes", users, "sequence as bigint start 5 increment 1")
	want := []catalog.Difference{
		{Object: "column:public.users.a", Was: "varchar", Is: "text"},
		{Object: "index:public.ix_users", Was: "by hand"},
		{Object: "sequence:public.codes", Was: "sequence as integer start 5 increment 1", Is: "sequence as bigint start 5 increment 1"},
		{Object: "trigger:public.users.t", Is: "only here"},
	}
	if diff := cmp.Diff(want, u.branchDifferences(scratch)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnUpgradeThatFailsStepwiseIsNotDone(t *testing.T) {
	t.Parallel()
	failed := checks.Outcome{Ran: true, Failure: &migrations.Failure{Revision: "3f2a", Message: "it fails"}}
	for want, o := range map[string]checks.StepwiseOutcome{
		"":                        {Seeded: checks.Outcome{Ran: true}},
		"revision 3f2a: it fails": {Scratch: failed},
		"the results differ":      {Seeded: failed, Differences: []catalog.Difference{{Object: "table:a"}}},
	} {
		if got := stepwiseWrong(o); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := stepwiseWrong(checks.StepwiseOutcome{Seeded: failed}); got != "revision 3f2a: it fails" {
		t.Errorf("on the data: %q", got)
	}
}
