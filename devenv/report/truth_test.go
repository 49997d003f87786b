package report_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
)

// shown returns the text of a run that came to a verdict with one check.
func shown(t *testing.T, verdict report.Verdict, c report.Check) string {
	t.Helper()
	d := &report.Document{Verdict: verdict, Revisions: []string{"3f2a"}, Checks: []report.Check{
		{ID: "apply.seeded", Status: report.StatusPass}, c,
	}}
	return text(t, d, report.TextOptions{Width: 90})
}

func TestSoundIsWhatWasAskedOfRows(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]report.Check{
		"is sound: 2 checks passed":                                     {ID: "data.lost", Status: report.StatusPass},
		"is sound as far as was asked: 1 check passed, 1 left out":      {ID: "data.lost", Status: report.StatusSkip, LeftOut: true},
		"works, on a base without rows: 1 check passed":                 {ID: "data.lost", Status: report.StatusSkip},
		"is sound but for what is waived: 1 check passed, 1 waived.":    {ID: "data.lost", Status: report.StatusPass, Waived: "ours"},
		"sound: 1 check passed.\n\n✓ 1 passed: apply.seeded\n- skipped": {ID: "reverse.again", Status: report.StatusSkip},
	} {
		if got := shown(t, report.VerdictPass, c); !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

func TestAWarningLeavesTheChoiceToCommit(t *testing.T) {
	t.Parallel()
	got := shown(t, report.VerdictWarn, report.Check{ID: "start.base", Status: report.StatusWarn})
	got = strings.Join(strings.Fields(got), " ")
	want := "review the migration: commit it if it is meant like that, or change it and run `devenv test-migration`. " +
		"`devenv explain start.base` says why, and how to allow it."
	if !strings.Contains(got, want) {
		t.Errorf("%q is not in:\n%s", want, got)
	}
}

func TestOnlyPostgresSpeaksAsPostgres(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]report.Evidence{
		"  Postgres   no column x (42703)\n":  {SQLState: "42703", Message: "no column x"},
		"  message    f cannot run (42703)\n": {SQLState: "42703", Message: "f cannot run", OwnWords: true},
	} {
		got := shown(t, report.VerdictFail, report.Check{ID: "write.smoke", Status: report.StatusFail, Evidence: []report.Evidence{e}})
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

func TestLinesStandBelowWhatTheyName(t *testing.T) {
	t.Parallel()
	line := func(file, column string) report.Evidence {
		return report.Evidence{File: file, Line: 7, Table: "public.users", Column: column}
	}
	got := shown(t, report.VerdictWarn, report.Check{ID: "start.base", Status: report.StatusWarn, Evidence: []report.Evidence{
		line("a.py", "legacy"), line("b.py", "legacy"), line("b.py", "name"),
	}})
	want := "  object     public.users.legacy\n  where      a.py:7\n  where      b.py:7\n  object     public.users.name\n  where      b.py:7\n"
	if !strings.Contains(got, want) {
		t.Errorf("%s", got)
	}
}

func TestWaivedEvidenceFollowsInOneLine(t *testing.T) {
	t.Parallel()
	got := shown(t, report.VerdictFail, report.Check{ID: "data.lost", Status: report.StatusFail, Evidence: []report.Evidence{
		{Table: "public.tags", Message: "tags is dropped with 9 rows", Waived: "in another system", Detail: "waived: in another system"},
		{Table: "public.logs", Message: "logs is dropped with 7 rows"},
	}})
	want := "  object     public.logs\n  message    logs is dropped with 7 rows\n  waived     tags is dropped with 9 rows -- in another system\n"
	if !strings.Contains(got, want) || strings.Contains(got, "public.tags") {
		t.Errorf("%s", got)
	}
}

func TestAStatementBeginsBesideItsLabel(t *testing.T) {
	t.Parallel()
	got := shown(t, report.VerdictFail, report.Check{ID: "data.lost", Status: report.StatusFail, Evidence: []report.Evidence{
		{Table: "public.tags", Statement: "\nDROP TABLE tags\n"},
	}})
	if !strings.Contains(got, "  statement  DROP TABLE tags\n") {
		t.Errorf("%s", got)
	}
}

func TestNextNamesTheRevisionAtFault(t *testing.T) {
	t.Parallel()
	lost := report.Check{ID: "data.lost", Status: report.StatusFail, Evidence: []report.Evidence{{Revision: "a1", File: "versions/a1.py"}}}
	for want, checks := range map[string][]report.Check{
		"fix versions/a1.py, then": {lost},
		"fix versions/b1.py, then": {lost, {
			ID: "apply.seeded", Status: report.StatusFail, Evidence: []report.Evidence{{Revision: "b1", File: "versions/b1.py"}},
		}},
	} {
		d := &report.Document{
			Verdict: report.VerdictFail, Revisions: []string{"a1", "b1"}, Checks: checks,
			Files: []report.File{{Path: "versions/b1.py", Action: report.FileAdded}},
		}
		if got := text(t, d, report.TextOptions{Width: 90}); !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}
