package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/report"
	"devenv/migrations"
)

// unmeant returns facts with these changes.
func unmeant(change func(*Facts), changes ...UnintendedChange) Facts {
	f := ready(change)
	f.Unintended.Changes = changes
	return f
}

func TestWhatHeldRowsOrRightsFails(t *testing.T) {
	t.Parallel()
	view := UnintendedChange{Change: forward.Change{Object: "view:public.names", Text: "public.names is gone", Drop: "DROP"}}
	counts := UnintendedChange{Change: forward.Change{Object: "matview:public.totals", Text: "public.totals is gone", Drop: "D", Grave: true}}
	answer := answers(unmeant(nil, counts, view), Selection{})["drift.unintended"]
	if answer.Status != report.StatusFail || !strings.Contains(answer.Summary, "public.totals is gone (and 1 more)") {
		t.Errorf("%s: %s", answer.Status, answer.Summary)
	}
	if answer := answers(unmeant(nil, view), Selection{})["drift.unintended"]; answer.Status != report.StatusWarn {
		t.Errorf("a view: %s", answer.Status)
	}
}

func TestAHintMendsAllThatChanged(t *testing.T) {
	t.Parallel()
	grant := UnintendedChange{Change: forward.Change{Object: "table:public.t", Text: "a", Mend: "GRANT SELECT ON t TO app"}}
	comment := UnintendedChange{Change: forward.Change{Object: "column:public.t.a", Text: "b", Mend: "COMMENT ON COLUMN t.a IS 'a'"}}
	view := UnintendedChange{Change: forward.Change{Object: "view:public.v", Text: "c", Drop: "DROP VIEW v"}}
	const want = `recreate it after the change, in the same revision; if nobody needs it, drop it by name first:
    op.execute("DROP VIEW v")
restore it in the same revision:
    op.execute("GRANT SELECT ON t TO app")
    op.execute("COMMENT ON COLUMN t.a IS 'a'")
or, if it is meant:
    # devenv: allow drift.unintended(public.t) -- reason
    # devenv: allow drift.unintended(public.t.a) -- reason`
	if hint := answers(unmeant(nil, grant, comment, view), Selection{})["drift.unintended"].Hint; hint != want {
		t.Errorf("it says\n%s", hint)
	}
}

func TestWhatModelsWantIsNoFinding(t *testing.T) {
	t.Parallel()
	index := UnintendedChange{Change: forward.Change{Object: "index:public.ix", Text: "gone", Drop: "DROP INDEX ix", Modelled: true}}
	key := UnintendedChange{Change: forward.Change{Object: "column:public.t.id", Text: "no default", Modelled: true}}
	differs := func(f *Facts) {
		f.Models.Differences = []catalog.Difference{{Object: "column:public.t.id", Facet: "default", Was: "default 1"}}
	}
	remakes := func(f *Facts) { f.Drift.Operations = []migrations.Operation{{Object: "index:public.ix"}} }
	loses := func(f *Facts) {
		f.Data.Changes = []data.Change{{Kind: data.ColumnDropped, Table: "public.t", Column: "id", Before: 1}}
	}
	for name, c := range map[string]struct {
		facts Facts
		want  string // the check that reports it; empty if none does
	}{
		"the models have neither":             {unmeant(nil, index, key), ""},
		"the models keep it":                  {unmeant(differs, key), "drift.unintended"},
		"the models never had it":             {unmeant(nil, UnintendedChange{Change: index.Change, OnlyDatabase: true}), "drift.unintended"},
		"autogenerate makes it again":         {unmeant(remakes, index), "drift.models"},
		"the models were not asked":           {unmeant(func(f *Facts) { f.Drift.Ran = false }, index), "drift.unintended"},
		"its values are lost with the column": {unmeant(loses, key), "data.lost"},
	} {
		found := answers(c.facts, Selection{})
		for _, id := range []string{"drift.unintended", "drift.models", "drift.catalog", "data.lost"} {
			reported := found[id].Status == report.StatusWarn || found[id].Status == report.StatusFail
			if reported != (id == c.want) {
				t.Errorf("%s: %s is %q: %s", name, id, found[id].Status, found[id].Summary)
			}
		}
	}
}

func TestADeferrableKeyMattersToUpserts(t *testing.T) {
	t.Parallel()
	key := UnintendedChange{Change: forward.Change{Object: "constraint:public.t.k", Text: "deferrable", Upsert: true}}
	if answer, ok := answers(unmeant(nil, key), Selection{})["drift.unintended"]; ok {
		t.Errorf("the models want it, and there is no upsert: %s", answer.Summary)
	}
	f := unmeant(nil, key)
	f.Unintended.Upserts = []Mention{{File: "app.py", Line: 7}}
	answer := answers(f, Selection{})["drift.unintended"]
	if answer.Status != report.StatusWarn || answer.Evidence[0].Detail != "upserts in app.py:7" {
		t.Errorf("an upsert: %+v", answer)
	}
}
