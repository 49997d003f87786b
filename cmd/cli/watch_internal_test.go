package cli

import (
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

func TestAWatchSaysWhyItOffersNothing(t *testing.T) {
	lost := report.Check{ID: "apply.seeded", Status: report.StatusSkip, Unanswered: true}
	for want, c := range map[string]struct {
		checks          []report.Check
		writes, offered bool
	}{
		waitsForEnter:  {nil, true, true},
		waitsUnproved:  {[]report.Check{lost}, true, false},
		waitsForChange: {[]report.Check{lost}, false, false},
	} {
		m := migration{Result: devenv.Result{Document: &report.Document{Checks: c.checks}}}
		if got := m.waitsFor(c.writes, c.offered); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (migration{}).waitsFor(true, false); got != waitsForChange {
		t.Errorf("without a document: %q", got)
	}
}

func TestWhatEnterWroteIsNoLongerProposed(t *testing.T) {
	proposed := report.File{Path: "versions/a.py", Action: report.FileAdded, Revision: "a", Content: "text"}
	m := migration{Result: devenv.Result{Document: &report.Document{Proposed: []report.File{proposed}}}}
	d := m.delivered().Document
	want := report.File{Path: "versions/a.py", Action: report.FileAdded, Revision: "a"}
	if len(d.Proposed) != 0 || len(d.Files) != 1 || d.Files[0] != want {
		t.Errorf("%+v", d)
	}
	if m.Document.Proposed[0] != proposed {
		t.Errorf("the run's own document has changed: %+v", m.Document)
	}
}
