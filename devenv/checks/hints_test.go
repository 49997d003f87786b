package checks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/devenv/report"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// TestHintsAreInTheToolsOwnCode compares every hint and statement with testdata/hints, one file per tool. Set
// DEVENV_UPDATE to rewrite the files.
func TestHintsAreInTheToolsOwnCode(t *testing.T) {
	for tool, snippets := range map[string]migrations.Snippets{"alembic": alembic.Snippets{}, "sql": nil} {
		t.Run(tool, func(t *testing.T) {
			var text strings.Builder
			for _, c := range hinted() {
				fmt.Fprintf(&text, "## %s\n", c.name)
				facts := ready(c.change)
				facts.Snippets = snippets
				for _, answer := range Evaluate(facts, Selection{}) {
					writeHint(&text, answer)
				}
			}
			golden := filepath.Join("testdata", "hints", tool+".txt")
			if os.Getenv("DEVENV_UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text.String()); diff != "" {
				t.Errorf("(-%s +got):\n%s", golden, diff)
			}
		})
	}
}

func writeHint(text *strings.Builder, answer report.Check) {
	if answer.Hint != "" {
		fmt.Fprintf(text, "%s: %s\n", answer.ID, answer.Hint)
	}
	for _, e := range answer.Evidence {
		if answer.Hint != "" && e.Statement != "" {
			fmt.Fprintf(text, "  evidence: %s\n", e.Statement)
		}
		if answer.ID == "notes" {
			fmt.Fprintf(text, "  note: %s: %s\n", e.Message, e.Detail)
		}
	}
}

type hint struct {
	name   string
	change func(*Facts)
}

func hinted() []hint {
	return append(hintedFailures(), hintedFindings()...)
}

// hintedFindings returns the other findings.
func hintedFindings() []hint {
	drift := func(object, facet, was, is string) hint {
		return hint{"drift of " + object + " " + facet, func(f *Facts) {
			f.Models.Differences = []catalog.Difference{{Object: object, Facet: facet, Was: was, Is: is}}
		}}
	}
	problem := func(kind migrations.ProblemKind) hint {
		return hint{"a history that is " + string(kind), func(f *Facts) {
			f.History.Problems = []migrations.Problem{{
				Kind: kind, Revision: strings.Repeat("x", 40), File: "versions/copy.py", Message: "wrong",
			}}
		}}
	}
	head := func(id string) migrations.Revision {
		return migrations.Revision{ID: id, Down: []string{"1b2c"}, Path: "versions/" + id + ".py", Head: true}
	}
	loss := data.Change{Kind: data.ValuesLost, Table: "public.users", Column: "legacy", Before: 4, After: 1}
	broken := WitnessOutcome{Ran: true, Tried: []WitnessTrial{{
		Witness: witness.Witness{
			Inserts: []string{"INSERT"}, Restriction: witness.Restriction{Table: "public.users", Columns: []string{"age"}, What: "age"},
		},
		Failure: &migrations.Failure{SQLState: "22001"},
	}}}
	smoke := func(state string) hint {
		return hint{"a write fails " + state, func(f *Facts) {
			f.Smoke.Writes = []SmokeWrite{{Failed: writes.Failed{Table: "public.users", SQLState: state, Broken: true}}}
		}}
	}
	unsafe := &migrations.Failure{Revision: "3f2a", SQLState: "55P04", Message: "unsafe use"}
	return []hint{
		{"a view taken along", func(f *Facts) {
			f.Unintended.Changes = []UnintendedChange{{
				Change: forward.Change{Object: "view:public.names", Drop: "DROP VIEW public.names"},
				Cause:  migrations.Statement{SQL: "DROP TABLE users CASCADE"},
			}}
		}},
		{"a right lost", func(f *Facts) {
			f.Unintended.Changes = []UnintendedChange{{
				Change: forward.Change{Object: "table:public.names", Text: "lost", Mend: "GRANT SELECT ON names TO webapp"},
			}}
		}},
		drift("enum:public.mood", "", "('ok', 'bad')", ""), drift("enum:public.mood", "", "('ok', 'fine', 'bad')", "('ok', 'bad')"),
		drift("enum:public.mood", "", "('ok')", "('ok', 'bad')"), drift("constraint:public.users.k", "", "CHECK (n)", "CHECK (m)"),
		drift("constraint:crm.users.k", "", "", "CHECK (m)"), drift("column:public.users.n", "default", "default 1", ""),
		drift("column:crm.users.n", "default", "", "default 'x'"), drift("column:public.users.n", "type", "bigint", "integer"),
		drift("index:public.ix", "", "CREATE INDEX ix ON public.t USING btree (n)", "CREATE INDEX ix"),
		drift("index:public.ix", "", "CREATE INDEX ix", ""),
		drift("sequence:public.s", "", "sequence as bigint start 1", "sequence as integer start 1"),
		drift("view:public.v", "", "SELECT 1", ""),
		{"drift without a revision", func(f *Facts) {
			f.Revisions, f.Models.Differences = nil, []catalog.Difference{{Object: "index:public.ix", Was: "CREATE INDEX ix"}}
		}},
		{"a model drifts", func(f *Facts) {
			f.Drift.Operations = []migrations.Operation{{
				Kind: migrations.AddColumn, Object: "column:public.users.x", Rendered: "op.add_column(…)",
			}}
		}},
		{"the models drift in a dozen ways", func(f *Facts) {
			for i := range 12 {
				f.Drift.Operations = append(f.Drift.Operations, migrations.Operation{
					Kind: migrations.AddColumn, Object: "column:public.users.x", Rendered: fmt.Sprintf("op.add_column(%d,\n    …)", i),
				})
			}
		}},
		{"notes", func(f *Facts) {
			f.Notes = []catalog.Note{
				{Text: "it waits", Remedy: catalog.Remedy{SQL: "SET lock_timeout = '5s'"}, Advice: "and try again"},
				{Text: "it is known", Advice: "whoever deletes there must mean it"},
				{
					Text: "no index",
					Remedy: catalog.Remedy{
						SQL: "CREATE INDEX ix_teams_user ON teams (\"user\")", Table: "teams", Name: "ix_teams_user",
						Columns: []string{"user"},
					},
				},
				{
					Text: "it stays integer",
					Remedy: catalog.Remedy{
						SQL: "ALTER TABLE teams ALTER COLUMN owner TYPE bigint", Table: "teams", Name: "owner", Type: "bigint",
					},
				},
			}
		}},
		{"autogenerate fails", func(f *Facts) { f.Drift.Failure = &migrations.Failure{Message: "no"} }},
		{"renames", func(f *Facts) {
			f.Renames = []migrations.Rename{
				{Kind: migrations.RenameColumn, Schema: "crm", Table: "users", From: "a", To: "x", Uncertain: true},
				{Kind: migrations.RenameColumn, Schema: "crm", Table: "users", From: "a", To: "y", Uncertain: true},
				{Kind: migrations.RenameTable, Schema: "public", Table: "teams", From: "teams", To: "Crews"},
			}
		}},
		{"one rename", func(f *Facts) {
			f.Renames = []migrations.Rename{{Kind: migrations.RenameTable, Schema: "crm", Table: "teams", From: "teams", To: "crews"}}
		}},
		{"a serial column becomes an identity", func(f *Facts) {
			f.Models.Differences = []catalog.Difference{
				{Object: "column:public.tags.id", Facet: "default", Is: "default nextval('tags_id_seq'::regclass)"},
				{Object: "column:public.tags.id", Facet: "identity", Was: "generated always as identity", Type: "integer"},
				{Object: "column:public.tags.n", Facet: "default", Was: "default 1"},
			}
		}},
		{"an identity becomes a serial column", func(f *Facts) {
			f.Models.Differences = []catalog.Difference{
				{Object: "column:crm.Tags.Id", Facet: "default", Was: "default nextval('crm.tags_id_seq'::regclass)"},
				{Object: "column:crm.Tags.Id", Facet: "identity", Is: "generated always as identity"},
			}
		}},
		{"an identity of another kind", func(f *Facts) {
			f.Models.Differences = []catalog.Difference{{
				Object: "column:public.tags.id", Facet: "identity", Was: "generated always as identity",
				Is: "generated by default as identity",
			}}
		}},
		{"a table that moved", func(f *Facts) {
			f.Renames = []migrations.Rename{{
				Kind: migrations.MoveTable, Schema: "public", Table: "accounts", From: "accounts", To: "billing",
			}}
		}},
		{"tables that moved with an enum", func(f *Facts) {
			kind := []migrations.MovedType{{Name: "kind", From: "public", To: "billing"}}
			f.Renames = []migrations.Rename{
				{Kind: migrations.MoveTable, Schema: "public", Table: "accounts", From: "accounts", To: "billing", Types: kind},
				{Kind: migrations.MoveTable, Schema: "public", Table: "entries", From: "entries", To: "billing", Types: kind},
			}
		}},
		problem(migrations.ProblemDuplicate), problem(migrations.ProblemLongID), problem(migrations.ProblemBroken),
		problem(migrations.ProblemParent),
		{"two heads, of the branch", func(f *Facts) {
			f.Revisions, f.History.Revisions = append(f.Revisions, head("9d8e")), append(f.History.Revisions, head("9d8e"))
		}},
		{"two heads, none of the branch", func(f *Facts) {
			f.Revisions, f.History.Revisions = nil, append(f.History.Revisions, head("9d8e"))
		}},
		{"two heads, both of the base", func(f *Facts) {
			f.Revisions, f.BaseHeads = nil, []string{"3f2a", "9d8e"}
			f.History.Revisions = []migrations.Revision{head("3f2a"), head("9d8e"), head("7c6b")}
		}},
		{"two heads of the base, and the branch follows none", func(f *Facts) {
			f.BaseHeads = []string{"5e4d", "9d8e"}
			f.History.Revisions = append(f.History.Revisions, head("5e4d"), head("9d8e"))
		}},
		{"two heads, no base", func(f *Facts) { f.BaseHeads, f.History.Revisions = nil, append(f.History.Revisions, head("9d8e")) }},
		{"the base went on", func(f *Facts) {
			f.BaseHeads, f.History.Revisions = []string{"9d8e"}, append(f.History.Revisions, head("9d8e"))
		}},
		{"not recorded", func(f *Facts) { f.Seeded.Unrecorded = true }},
		{"the history imports a model", func(f *Facts) { f.Scratch.Failure = &migrations.Failure{Revision: "1b2c", SQLState: "42703"} }},
		{"all in one run fails", func(f *Facts) { f.Seeded.Failure, f.Stepwise.Seeded = unsafe, Outcome{Ran: true} }},
		{"steps differ", func(f *Facts) { f.Stepwise.Differences = []catalog.Difference{{Object: "index:public.ix"}} }},
		{"a witness", func(f *Facts) { f.Adversarial = broken }},
		{"half done", func(f *Facts) { f.Atomic.Breaks = []AtomicBreak{{Revision: "3f2a"}} }},
		{"a constraint is left", func(f *Facts) {
			f.Atomic.Unfinished = []Unfinished{{Table: "public.users", Object: "constraint:public.users.ck", State: "NOT VALID"}}
		}},
		{"an index is left", func(f *Facts) {
			f.Atomic.Unfinished = []Unfinished{{Table: "crm.users", Object: "index:crm.ix", State: "INVALID"}}
		}},
		{"data is lost", func(f *Facts) {
			f.Data.Changes = []data.Change{loss, {Kind: data.ValuesChanged, Table: "public.users", Column: "age"}}
		}},
		{"no way back", func(f *Facts) {
			f.Reverse.Down.Failure, f.Reverse.Down.Offending = &migrations.Failure{SQLState: "22001"}, offending.Found{
				Table: "users", Column: "age",
			}
		}},
		{"the way back loses data", func(f *Facts) { f.Reverse.Data.Base, f.Reverse.Written = []data.Change{loss}, broken }},
		{"the schema does not come back", func(f *Facts) {
			f.Reverse.Differences = []catalog.Difference{{Object: "enum:public.mood", Is: "('ok')"}}
		}},
		{"other data again", func(f *Facts) {
			f.Reverse.Data.Trip = []data.Change{{Kind: data.RowsAdded, Table: "public.teams", After: 2}}
		}},
		smoke("23505"), smoke("42501"), smoke("42703"), smoke("XX000"),
	}
}
