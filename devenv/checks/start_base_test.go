package checks

import (
	"errors"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestNamesOnTheBaseOfWhatGoesWarn(t *testing.T) {
	legacy := Gone{Table: "public.members", Column: "legacy", Mentions: []Mention{{"app/report.py", 7}, {"app/mail.py", 3}}}
	renamed, table := legacy, Gone{Table: "crm.visits", Mentions: []Mention{{"app/crm.py", 1}}}
	renamed.Now = "old_number"
	for name, c := range map[string]struct {
		gone []Gone
		says string
		hint string
	}{
		"a dropped column": {
			[]Gone{legacy},
			"the upgrade drops members.legacy, and the base's code names it in 2 lines: in a rolling deployment",
			"first release code that does not name the column",
		},
		"a renamed column": {
			[]Gone{renamed},
			"renames members.legacy to old_number, and the base's code names it in 2 lines",
			"add the new column and write both",
		},
		"a table, and a column that is not named": {
			[]Gone{{Table: "public.members", Column: "unused"}, table},
			"drops crm.visits, and the base's code names it in 1 line:", "does not name the table",
		},
		"two":                 {[]Gone{table, legacy}, "the upgrade drops crm.visits (and 1 more), and the base's code names them in 3 lines", "the table"},
		"a drop and a rename": {[]Gone{table, renamed}, "the upgrade drops or renames crm.visits (and 1 more)", "the table"},
	} {
		answer := answers(ready(func(f *Facts) { f.Gone = c.gone }), Selection{})["start.base"]
		if answer.Status != report.StatusWarn || !strings.Contains(answer.Summary, c.says) || !strings.Contains(answer.Hint, c.hint) {
			t.Errorf("%s: %s %q %q", name, answer.Status, answer.Summary, answer.Hint)
		}
	}
}

func TestTenLinesOfTheBaseAreListed(t *testing.T) {
	gone := Gone{Table: "public.members", Column: "legacy"}
	for i := range 12 {
		gone.Mentions = append(gone.Mentions, Mention{File: "app/report.py", Line: i + 1})
	}
	answer := answers(ready(func(f *Facts) { f.Gone = []Gone{gone} }), Selection{})["start.base"]
	want := report.Evidence{File: "app/report.py", Line: 10, Table: "public.members", Column: "legacy"}
	if len(answer.Evidence) != 10 || !strings.Contains(answer.Summary, "in 12 lines") || answer.Evidence[9].Line != want.Line {
		t.Errorf("%q with %d lines, the last %+v", answer.Summary, len(answer.Evidence), answer.Evidence)
	}
}

func TestAnUnnamedColumnMayGo(t *testing.T) {
	facts := ready(func(f *Facts) { f.Gone = []Gone{{Table: "public.members", Column: "legacy"}} })
	answer := judgeStartBase(&facts)
	want := "; the upgrade drops members.legacy; the search found no line of the base's code that names what is gone"
	if answer.Answer != Clean || !strings.HasSuffix(answer.Summary, want) {
		t.Errorf("%v %q", answer.Answer, answer.Summary)
	}
}

func TestABaseThatFailsListsItsLinesToo(t *testing.T) {
	answer := answers(ready(func(f *Facts) {
		f.Base.Err = errors.New("it exited with status 1")
		f.Gone = []Gone{{Table: "public.members", Column: "legacy", Mentions: []Mention{{"app/report.py", 7}}}}
	}), Selection{})["start.base"]
	if !strings.Contains(answer.Summary, "status 1") || len(answer.Evidence) != 2 || answer.Evidence[1].Line != 7 {
		t.Errorf("%q %+v", answer.Summary, answer.Evidence)
	}
}
