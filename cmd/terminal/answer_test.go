package terminal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"devenv/devenv/report"
)

func TestAnswersAreShownAsTheyBecomeKnown(t *testing.T) {
	term, s, _ := live(t, 70)
	for _, c := range []report.Check{
		{ID: "apply.seeded", Status: report.StatusFail, Summary: "it fails on the base's data: \x1b[2Jcolumn \"deposit_cents\" contains nulls"},
		{ID: "apply.scratch", Status: report.StatusPass, Summary: "it works"},
		{ID: "generate.rename", Status: report.StatusWarn, Summary: "it may be a rename"},
	} {
		term.Emit(report.Checked{Check: c})
	}
	term.Emit(report.Judged{At: 3100 * time.Millisecond, Checks: []report.Check{
		{Status: report.StatusFail}, {Status: report.StatusPass}, {Status: report.StatusPass}, {Status: report.StatusSkip},
	}})
	want := `✗         apply.seeded  it fails on the base's data: column
          "deposit_cents" contains nulls
!         generate.rename  it may be a rename
✗   3.1s  the upgrade and the data: 1 check failed, 2 passed`
	if got := s.String(); got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
}

func TestAVerdictWithoutAnAnswerIsNotShown(t *testing.T) {
	term, s, _ := live(t, 70)
	term.Emit(report.Judged{Checks: []report.Check{{Status: report.StatusSkip}}})
	term.Emit(report.Judged{Checks: []report.Check{{Status: report.StatusPass}, {Status: report.StatusSkip, Unanswered: true}}})
	if got := s.String(); got != "✗   0.0s  the upgrade and the data: 1 check passed, 1 not answered" {
		t.Errorf("it shows\n%s", got)
	}
}

func TestLongOperationsAreFoldedUnlessVerbose(t *testing.T) {
	var lines []string
	for i := range mostProposed + 3 {
		lines = append(lines, fmt.Sprintf("drop table public.t%d", i))
	}
	for verbose, want := range map[bool]int{false: mostProposed, true: len(lines)} {
		term, s, _ := live(t, 70)
		term.o.Verbose = verbose
		term.Emit(report.Proposed{Operations: lines})
		if got := strings.Count(s.String(), "drop table public.t"); got != want || strings.Contains(s.String(), "… 3 more") == verbose {
			t.Errorf("verbose %v: it shows\n%s", verbose, s)
		}
	}
}
