package report_test

import (
	"fmt"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// endless returns a document in which everything that can be long is.
func endless() *report.Document {
	d := report.NewDocument("new-migration")
	d.Verdict = report.VerdictFail
	d.Files = []report.File{{Path: "versions/9f2c.py", Action: report.FileAdded, Revision: "9f2c"}}
	for _, id := range []string{"apply.seeded", "data.lost", "drift.unintended", "write.smoke"} {
		c := report.Check{ID: id, Status: report.StatusFail, Summary: "much is wrong", Hint: "mend it:\n" + strings.Repeat("    op.execute(\"…\")\n", 300)}
		for i := range 300 {
			c.Evidence = append(c.Evidence, report.Evidence{
				Revision: "9f2c", File: "versions/9f2c.py", Line: i, Table: fmt.Sprintf("public.t%d", i), Message: "it is gone",
				Statement: strings.Repeat("DROP TABLE t;\n", 50), Detail: "by CASCADE",
			})
		}
		d.Checks = append(d.Checks, c)
	}
	return d
}

func TestAFailingRunTakesTwoScreensUnlessVerbose(t *testing.T) {
	file := []byte(strings.Repeat("op.execute('…')\n", 500))
	got := text(t, endless(), report.TextOptions{Width: 80, File: file})
	if lines := strings.Count(got, "\n"); lines > 40+100 {
		t.Errorf("%d lines:\n%s", lines, got)
	}
	for _, want := range []string{
		"and 299 more (-v shows them in full):", "    public.t3: it is gone\n", "… and 296 others", "… 460 more lines (-v shows them)",
		"… 295 more lines", "… 49 more lines",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	all := text(t, endless(), report.TextOptions{Width: 80, File: file, Verbose: true})
	if n := strings.Count(all, "op.execute"); n != 500+4*300 || strings.Contains(all, "more lines") {
		t.Errorf("-v shows %d of the statements", n)
	}
}

func TestTheLastLinesOfOutputAreShown(t *testing.T) {
	d := report.NewDocument("test-migration")
	output := "Traceback:\n" + strings.Repeat("  a line of a library\n", 40) + "KeyError: 'DATABASE_URL'"
	d.Checks = []report.Check{{ID: "start.branch", Status: report.StatusFail, Evidence: []report.Evidence{{Message: "it exited", Detail: output}}}}
	got := text(t, d, report.TextOptions{Width: 80})
	for _, want := range []string{"Traceback:", "… 34 more lines (-v shows them)", "KeyError: 'DATABASE_URL'"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestAnEndlessLineIsCutUnlessVerbose(t *testing.T) {
	d := report.NewDocument("test-migration")
	insert := "INSERT INTO wide VALUES (" + strings.Repeat("NULL, ", 1600) + "1)"
	d.Checks = []report.Check{{ID: "apply.adversarial", Status: report.StatusWarn, Evidence: []report.Evidence{{Table: "wide", Insert: insert}}}}
	for verbose, want := range map[bool]bool{true: true, false: false} {
		if got := text(t, d, report.TextOptions{Verbose: verbose}); strings.Contains(got, insert) != want || len(got) > 3000 && !verbose {
			t.Errorf("verbose %v: %d bytes", verbose, len(got))
		}
	}
}

func TestTheSamePieceOfEvidenceIsNamedOnce(t *testing.T) {
	d := report.NewDocument("test-migration")
	c := report.Check{ID: "start.base", Status: report.StatusWarn, Summary: "code names it"}
	for i := range 30 {
		c.Evidence = append(c.Evidence, report.Evidence{File: "a.py", Line: i, Message: fmt.Sprintf("line %d", i/15)})
	}
	d.Checks = []report.Check{c}
	if got := text(t, d, report.TextOptions{Width: 80}); !strings.Contains(got, "line 0 (3 times)") || !strings.Contains(got, "line 1 (15 times)") {
		t.Errorf("got\n%s", got)
	}
}
