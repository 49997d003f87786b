package checks

import (
	"errors"
	"strings"
	"testing"

	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestAWaivedCheckPassesAndKeepsItsEvidence(t *testing.T) {
	f := ready(lost)
	f.Revisions[0].Waivers = []migrations.Waiver{{ID: "data.lost", Object: "public.users.legacy", Reason: "unused since May", Line: 3}}
	answer := answers(f, Selection{})["data.lost"]
	if answer.Status != report.StatusPass || answer.Waived != "unused since May" || len(answer.Evidence) != 1 {
		t.Errorf("%+v", answer)
	}
}

func TestAPartlyWaivedCheckNamesTheRest(t *testing.T) {
	t.Parallel()
	f := ready(func(f *Facts) {
		lost(f)
		f.Data.Changes = append(f.Data.Changes,
			data.Change{Kind: data.TableDropped, Table: "public.tags", Before: 9},
			data.Change{Kind: data.TableDropped, Table: "public.logs", Before: 7})
		f.Revisions[0].Waivers = []migrations.Waiver{{ID: "data.lost", Object: "public.users.legacy", Reason: "unused since May", Line: 3}}
	})
	answer := answers(f, Selection{})["data.lost"]
	if answer.Status != report.StatusFail || answer.Summary != "tags is dropped with 9 rows (and 1 more)" {
		t.Errorf("%s: %s", answer.Status, answer.Summary)
	}
	if last := answer.Evidence[2]; len(answer.Evidence) != 3 || last.Column != "legacy" || last.Detail != "waived: unused since May" {
		t.Errorf("%+v", answer.Evidence)
	}
}

// TestAPartlyWaivedSummaryNamesNothingWrong has summaries that name more of the waived evidence than its message.
func TestAPartlyWaivedSummaryNamesNothingWrong(t *testing.T) {
	t.Parallel()
	a := report.Evidence{Table: "public.a", Message: "denied"}
	b := report.Evidence{Table: "public.b", Message: "closed"}
	index, column := report.Evidence{Message: "index:public.ix"}, report.Evidence{Message: "column:public.users.n"}
	line := report.Evidence{File: "app/report.py", Line: 7, Table: "public.a"}
	for summary, c := range map[string]struct {
		evidence []report.Evidence
		want     string
	}{
		"denied (and 1 more)":                                    {[]report.Evidence{a, b}, "closed"},
		"a row that is legal breaks it: denied (and 1 more)":     {[]report.Evidence{a, b}, "a row that is legal breaks it: closed"},
		"public.a can no longer be written: denied (and 1 more)": {[]report.Evidence{a, b}, ""},
		"add_index of index:public.ix (and 1 more)":              {[]report.Evidence{index, column}, ""},
		"they differ in index:public.ix: one (and 1 more)":       {[]report.Evidence{index, column}, ""},
		"drops a.x (and 1 more), and the base's code names it":   {[]report.Evidence{line, line}, ""},
		"the base's backend does not start: denied":              {[]report.Evidence{a, line}, ""},
	} {
		if c.want == "" {
			c.want = summary + "; 1 of 2 waived, listed last"
		}
		if got := partlyWaived(summary, c.evidence, c.evidence[1:]); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestEitherRevisionsWaiverCoversSharedEvidence(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Branch.Err = errors.New("it exited with status 1")
		f.Revisions = append(f.Revisions, migrations.Revision{ID: "4a4a", Down: []string{"3f2a"}, Waivers: []migrations.Waiver{
			{ID: "start.branch", Reason: "not yet", Line: 3}, {ID: "history.single", Reason: "both are needed", Line: 4},
		}})
	})
	other := answers(f, Selection{})
	for id, reason := range map[string]string{"start.branch": "not yet", "history.single": "both are needed"} {
		if answer := other[id]; answer.Status != report.StatusPass || answer.Waived != reason {
			t.Errorf("%s: %+v", id, answer)
		}
	}
	if answer, ok := other["waiver.unused"]; ok {
		t.Errorf("both were needed: %+v", answer)
	}
}

func TestAWaiverOfAnotherObjectDoesNotCount(t *testing.T) {
	for name, waiver := range map[string]migrations.Waiver{
		"object": {ID: "data.lost", Object: "public.users.name", Reason: "r"},
		"none":   {ID: "data.lost", Reason: "r"},
	} {
		f := ready(lost)
		f.Revisions[0].Waivers = []migrations.Waiver{waiver}
		if answer := answers(f, Selection{})["data.lost"]; answer.Status != report.StatusFail {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestAnUnneededWaiverIsReported(t *testing.T) {
	f := ready(nil)
	f.Revisions[0].Waivers = []migrations.Waiver{{ID: "apply.seeded", Reason: "r", Line: 7}}
	if answer := answers(f, Selection{})["waiver.unused"]; answer.Status != report.StatusWarn || answer.Evidence[0].Line != 7 {
		t.Errorf("%+v", answer)
	}
	if answer, ok := answers(f, Selection{Skip: []string{"apply.*"}})["waiver.unused"]; ok {
		t.Errorf("a check that was not asked cannot tell: %+v", answer)
	}
}

func TestUnknownIdsInWaiversAreErrors(t *testing.T) {
	for _, w := range []migrations.Waiver{{ID: "no.such", Reason: "r"}, {ID: "data.lost", Reason: "r"}, {ID: "apply.seeded"}} {
		f := Facts{Change: Change{Revisions: []migrations.Revision{{Path: "v.py", Waivers: []migrations.Waiver{w}}}}}
		if err := f.ValidateWaivers(); report.KindOf(err) != report.KindUsage || err == nil {
			t.Errorf("%v: %v", w, err)
		}
	}
}

func TestOtherWaiversMayNameTheirObject(t *testing.T) {
	for object, want := range map[string]report.Status{
		"": report.StatusPass, "public.users.tenant": report.StatusPass, "public.users.name": report.StatusFail,
	} {
		f := ready(func(f *Facts) { f.Seeded.Failure = notNull() })
		f.Revisions[0].Waivers = []migrations.Waiver{{ID: "apply.seeded", Object: object, Reason: "r"}}
		if err := f.ValidateWaivers(); err != nil {
			t.Errorf("%q: %v", object, err)
		}
		if answer := answers(f, Selection{})["apply.seeded"]; answer.Status != want {
			t.Errorf("%q: %+v", object, answer)
		}
	}
}

// TestWhatAWaiverLeavesDecidesStatusAndHint waives the first of two losses: what the check then proposes, and how bad
// it is, must be about the other.
func TestWhatAWaiverLeavesDecidesStatusAndHint(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		waived, left string
		lose         func(*Facts)
		status       report.Status
	}{
		"data.lost": {"public.users.legacy", "public.tags", func(f *Facts) {
			f.Data.Changes = []data.Change{
				{Kind: data.ColumnDropped, Table: "public.users", Column: "legacy", Before: 3},
				{Kind: data.TableDropped, Table: "public.tags", Before: 9},
			}
		}, report.StatusFail},
		"data.changed": {"public.users.born", "public.users.age", func(f *Facts) {
			f.Data.Changes = []data.Change{
				{Kind: data.ValuesChanged, Table: "public.users", Column: "born", Before: 3},
				{Kind: data.ValuesChanged, Table: "public.users", Column: "age", Before: 3},
			}
		}, report.StatusWarn},
		"drift.unintended": {"public.totals", "CREATE VIEW names", func(f *Facts) {
			f.Unintended = UnintendedOutcome{Ran: true, Changes: []UnintendedChange{
				{Change: forward.Change{Object: "matview:public.totals", Drop: "CREATE MATERIALIZED VIEW public.totals", Grave: true}},
				{Change: forward.Change{Object: "view:public.names", Drop: "CREATE VIEW names"}},
			}}
		}, report.StatusWarn},
	} {
		answer := answers(ready(func(f *Facts) {
			c.lose(f)
			f.Revisions[0].Waivers = []migrations.Waiver{{ID: id, Object: c.waived, Reason: "nobody reads it", Line: 3}}
		}), Selection{})[id]
		if answer.Status != c.status || strings.Contains(answer.Hint, c.waived) || !strings.Contains(answer.Hint, c.left) ||
			strings.Contains(answer.Summary, "more)") || len(answer.Evidence) != 2 {
			t.Errorf("%s: %s: %s\n%s", id, answer.Status, answer.Summary, answer.Hint)
		}
	}
}
