package trials

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestUnfinishedObjectsAreNamedWithTheirTable(t *testing.T) {
	t.Parallel()
	object := func(definition string) catalog.Object {
		return catalog.Object{Definition: definition, Parent: "table:crm.users"}
	}
	u := &upgrade{}
	u.before.Catalog.Objects = map[string]catalog.Object{"constraint:crm.users.old": object("CHECK (a > 0) NOT VALID")}
	u.after.Catalog.Objects = map[string]catalog.Object{
		"constraint:crm.users.old": object("CHECK (a > 0) NOT VALID"),
		"constraint:crm.users.ck":  object("CHECK (b > 0) NOT VALID"),
		"index:crm.ix":             object("CREATE INDEX ix ON crm.users USING btree (a) INVALID"),
		"index:crm.valid":          object("CREATE INDEX valid ON crm.users USING btree (b)"),
		"trigger:crm.users.t":      object("EXECUTE FUNCTION f('is NOT VALID, is INVALID')"),
	}
	want := []checks.Unfinished{
		{Table: "crm.users", Object: "constraint:crm.users.ck", State: "NOT VALID", Definition: "CHECK (b > 0) NOT VALID"},
		{Table: "crm.users", Object: "index:crm.ix", State: "INVALID", Definition: "CREATE INDEX ix ON crm.users USING btree (a) INVALID"},
	}
	if diff := cmp.Diff(want, u.unfinished()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUpgradesAreInterruptedBetweenTransactionsOfARevision(t *testing.T) {
	t.Parallel()
	// Each statement is written as its revision and its transaction, one letter each, and its SQL; "!" records the
	// revision's version.
	for name, c := range map[string]struct {
		statements []string
		want       []string
	}{
		"one transaction":                    {[]string{"a1 x", "a1 y", "a1!"}, nil},
		"one statement in its own":           {[]string{"a1 x", "a2!"}, nil},
		"a block at the end":                 {[]string{"a1 x", "a2 y", "a3!"}, []string{"x", "y"}},
		"a block at the start":               {[]string{"a1 x", "a2 y", "a2!"}, []string{"x"}},
		"a raw COMMIT":                       {[]string{"a1 x", "a1 COMMIT", "a1 y", "a1!"}, []string{"COMMIT"}},
		"a COMMIT at the end":                {[]string{"a1 x", "a1 y; COMMIT;", "a1!"}, []string{"y; COMMIT;"}},
		"two revisions, each in its own":     {[]string{"a1 x", "a1 y", "a1!", "b2 z", "b2 u", "b2!"}, nil},
		"what failed and what is the tool's": {[]string{"a1 x", "-2 SHOW", "a1 y", "a1!"}, nil},
		"of many the first and the very last": {
			[]string{"a1 p", "a2 q", "a3 r", "a4 s", "a5 t", "a6 u", "a6!"},
			[]string{"p", "q", "r", "t"},
		},
		"a revision whose version is not there": {[]string{"a1 x", "a2 y", "b3 z"}, []string{"x"}},
	} {
		var statements []migrations.Statement
		for _, text := range c.statements {
			s := migrations.Statement{Revision: text[:1], Transaction: text[1:2], Version: text[2] == '!'}
			if !s.Version {
				s.SQL = text[3:]
			}
			if s.Revision == "-" {
				s.Revision = ""
			}
			statements = append(statements, s)
		}
		var got []string
		points, _ := breakPoints(statements)
		for _, s := range points {
			got = append(got, s.SQL)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
