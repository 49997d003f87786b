package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestASampleIsNotToldAsTheWhole(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]struct {
		change data.Change
		says   string
	}{
		"data.changed": {
			data.Change{Kind: data.ValuesChanged, Table: "public.orders", Column: "amount", Rows: 91, SampledBy: 256},
			"orders.amount changed in 91 rows of a sample, one in 256",
		},
		"data.lost": {
			data.Change{Kind: data.ValuesLost, Table: "public.orders", Column: "amount", Before: 9, After: 7, SampledBy: 256},
			"at least 2 of 9 non-null values of orders.amount are lost",
		},
	} {
		answer := answers(ready(func(f *Facts) { f.Data.Changes = []data.Change{want.change} }), Selection{})[id]
		if !strings.Contains(answer.Summary, want.says) {
			t.Errorf("got %q, want %q", answer.Summary, want.says)
		}
	}
}

func TestOtherIndentsAreNoOtherFunction(t *testing.T) {
	t.Parallel()
	for is, want := range map[string]report.Status{
		"AS $$\n    BEGIN\n      RETURN 1;\n    END $$": "", // passes
		"AS $$\nBEGIN\n  RETURN 2;\nEND $$":             report.StatusWarn,
	} {
		answer := answers(ready(func(f *Facts) {
			f.Reverse.SchemaRead = true
			f.Reverse.Differences = []catalog.Difference{{
				Object: "function:public.f()", Was: "AS $$\nBEGIN\n  RETURN 1;\nEND $$", Is: is,
			}}
		}), Selection{})["reverse.schema"]
		if answer.Status != want {
			t.Errorf("%q: got %s %q, want %s", is, answer.Status, answer.Summary, want)
		}
	}
}

func TestAHintSaysThatRowSecurityHidesRows(t *testing.T) {
	t.Parallel()
	answer := answers(ready(func(f *Facts) {
		f.Seeded.Failure = notNull()
		f.Hidden = []Hidden{{Table: "public.users", Statement: migrations.Statement{Line: 15}}}
	}), Selection{})["apply.seeded"]
	const want = "a statement (line 15) changes none of these rows: row level security is forced on the table"
	if !strings.HasPrefix(answer.Hint, want) || !strings.Contains(answer.Hint, "ALTER TABLE users NO FORCE ROW LEVEL SECURITY") {
		t.Errorf("got %q", answer.Hint)
	}
}
