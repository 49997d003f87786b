package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/migrations"
)

// One run shows all that must be mended: who follows the hint must not meet the next witness afterwards.
func TestTheHintMendsEveryWitness(t *testing.T) {
	narrow := func(table, column string) WitnessTrial {
		return WitnessTrial{
			Witness: witness.Witness{Restriction: witness.Restriction{Table: "public." + table, Columns: []string{column}}},
			Failure: &migrations.Failure{SQLState: "22001", Message: "value too long"},
		}
	}
	late := narrow("orders", "code")
	late.After = &migrations.Statement{SQL: "UPDATE orders SET code = ''"}
	_, hint := witnessEvidence(&Facts{}, WitnessOutcome{Ran: true, Tried: []WitnessTrial{
		narrow("customers", "name"), narrow("products", "title"), narrow("products", "title"), late,
	}})
	for _, part := range []string{"repair the values", "UPDATE customers SET name", "UPDATE products SET title", arrivalHint} {
		if strings.Count(hint, part) != 1 {
			t.Errorf("%q is not there once:\n%s", part, hint)
		}
	}
}

// A row of few columns and a row of all may both break a look-up; that is one fault.
func TestTwoRowsOfOneRestrictionAreOneFault(t *testing.T) {
	trial := func(what, insert string) WitnessTrial {
		return WitnessTrial{
			Witness: witness.Witness{Restriction: witness.Restriction{Table: "public.users", Columns: []string{"locale"}, What: what}, Inserts: []string{insert}},
			Failure: &migrations.Failure{Exception: "KeyError", Message: "KeyError: 'devenv'"},
		}
	}
	tried := []WitnessTrial{trial("another text", "few"), trial("another text", "all"), trial("NULL", "few")}
	evidence, _ := witnessEvidence(&Facts{}, WitnessOutcome{Ran: true, Tried: tried})
	if len(evidence) != 2 || evidence[0].Insert != "few" || !strings.Contains(evidence[1].Detail, "NULL") {
		t.Errorf("%+v", evidence)
	}
}

// A second row for what a row has broken already needs no proof.
func TestABrokenRestrictionNeedsNoOtherRow(t *testing.T) {
	trial := func(failure *migrations.Failure, problem string) WitnessTrial {
		return WitnessTrial{Failure: failure, Witness: witness.Witness{
			Restriction: witness.Restriction{Table: "public.apps", What: "apps_skill_fkey"}, Inserts: []string{"INSERT"}, Problem: problem,
		}}
	}
	broken, untried := trial(&migrations.Failure{Message: "refused"}, ""), trial(nil, "it was not tried by itself")
	if got := unbuilt(WitnessOutcome{Ran: true, Tried: []WitnessTrial{broken, untried}}); len(got) > 0 {
		t.Errorf("it says of a broken restriction: %+v", got)
	}
	if got := unbuilt(WitnessOutcome{Ran: true, Tried: []WitnessTrial{untried}}); len(got) != 1 {
		t.Errorf("it does not say what was not proved: %+v", got)
	}
}

func TestAHintSeeksNoRowOfTheWitness(t *testing.T) {
	t.Parallel()
	const known = "SELECT * FROM users WHERE age < 0"
	for _, c := range []struct {
		kind           witness.Kind
		state, message string
		column, want   string
	}{
		{witness.RestrictUnique, "23505", `could not create unique index "uq"`, "email", known},
		{witness.RestrictTwice, "23505", `duplicate key value violates unique constraint "uq"`, "email", ""},
		{witness.RestrictCheck, "23514", "", "", known},
		{witness.RestrictValue, "22007", "", "age", ""}, // it reads email, and writes age
	} {
		tried := WitnessTrial{
			Failure:   &migrations.Failure{SQLState: c.state, Message: c.message},
			Offending: offending.Found{Query: known, Column: c.column},
			Witness:   witness.Witness{Restriction: witness.Restriction{Kind: c.kind, Table: "public.users", Columns: []string{"email"}}},
		}
		if got := orRestricted(tried); got.Query != c.want || got.Column != "email" {
			t.Errorf("%s %s: %+v", c.state, c.kind, got)
		}
	}
}
