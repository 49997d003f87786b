package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"devenv/devenv/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const migration = `"""add email"""

import sqlalchemy as sa
from alembic import op

revision = "9f2c"
down_revision = "41aa"


def upgrade() -> None:
    # the address is needed at sign-up
    op.add_column("users", sa.Column("email", sa.String(length=255), nullable=False))
`

// faulty returns a document with some of everything: failures, a warning, a waiver, skips, noise, notes, steps.
func faulty() *report.Document {
	d := report.NewDocument("new-migration")
	d.Verdict, d.MS = report.VerdictFail, 12_400
	d.Base = report.Base{Ref: "origin/main", Commit: "4b825dc", Image: "devenv/base:ab12", Cached: true}
	d.Branch = report.Branch{Ref: "feature", Commit: "77aa01c", Merged: true}
	d.Files = []report.File{
		{Path: "migrations/versions/41ab_old.py", Action: report.FileRemoved, Revision: "41ab", DownRevision: "41aa"},
		{Path: "migrations/versions/9f2c_add_email.py", Action: report.FileAdded, Revision: "9f2c", DownRevision: "41aa"},
	}
	d.Noise = []report.Noise{
		{Object: "index:public.ix_old", Operation: "remove_index"},
		{Object: "column:public.users.bio", Operation: "modify_type"},
	}
	d.Checks = []report.Check{
		{ID: "history.parent", Status: report.StatusPass, Summary: "9f2c follows the base's head", MS: 3},
		{
			ID: "apply.seeded", Status: report.StatusFail, Summary: "the migration fails on the base's data", MS: 210,
			Hint: "Fill the column before it must not be null:\n    op.execute(\"UPDATE users SET email = '' WHERE email IS NULL\")\n" +
				"    op.alter_column(\"users\", \"email\", nullable=False)\nthen run it again.",
			Evidence: []report.Evidence{{
				Revision: "9f2c", File: "migrations/versions/9f2c_add_email.py", Line: 12,
				Statement: "ALTER TABLE users ADD COLUMN email VARCHAR(255) NOT NULL", Table: "public.users", Column: "email",
				Rows: 1200, Keys: []string{"id=1", "id=2", "id=3"}, SQLState: "23502",
				Message: "column \"email\" of relation \"users\" contains null values\x1b[2J", Query: "SELECT id FROM public.users WHERE email IS NULL",
			}},
		},
		{ID: "apply.scratch", Status: report.StatusSkip, Summary: "apply.seeded failed"},
		{ID: "reverse.down", Status: report.StatusSkip, Summary: "apply.seeded failed"},
		{ID: "data.lost", Status: report.StatusWarn, Summary: "values of 名前 | naïve <b> are cut", Evidence: []report.Evidence{{
			Table: "public.名前テーブル", Column: "説明", Rows: 1, Keys: []string{"id=7"}, Lock: "AccessExclusiveLock", HeldMS: 14, Rewrite: true,
		}}},
		{ID: "drift.models", Status: report.StatusPass, Summary: "models and database agree"},
		{ID: "start.branch", Status: report.StatusPass, Summary: "the backend does not start", Waived: "known until the queue moves"},
	}
	d.Steps = []report.Step{{Name: "base: seed", MS: 9100, Status: report.StepCached, Detail: "base image known"}}
	d.Notes = []string{"the bind /var/run/docker.sock of service backend is left out"}
	return d
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func text(t *testing.T, d *report.Document, o report.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteText(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextReportsFailuresAndWhatToDo(t *testing.T) {
	for _, width := range []int{40, 80} {
		for _, color := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d columns, colour %v", width, color), func(t *testing.T) {
				got := text(t, faulty(), report.TextOptions{Width: width, Color: color, File: []byte(migration)})
				golden(t, fmt.Sprintf("faulty-%d-%v.txt", width, color), []byte(got))
				if !color && strings.Contains(got, "\x1b") {
					t.Error("text without colour contains an escape")
				}
			})
		}
	}
}

func TestTextVerboseShowsEachCheckNoiseAndStep(t *testing.T) {
	golden(t, "faulty-verbose.txt", []byte(text(t, faulty(), report.TextOptions{Width: 80, Verbose: true})))
}

func TestTextVerboseHidesNothingOfWhatPassed(t *testing.T) {
	d := report.NewDocument("test-migration")
	d.Checks = []report.Check{{ID: "notes", Status: report.StatusPass, Summary: "a cascade (and 1 more)", Evidence: []report.Evidence{
		{Table: "public.orders", Message: "a cascade"}, {Table: "public.items", Message: "a new default"},
	}}}
	for verbose, want := range map[bool]bool{true: true, false: false} {
		if got := text(t, d, report.TextOptions{Verbose: verbose}); strings.Contains(got, "a new default") != want {
			t.Errorf("verbose %v:\n%s", verbose, got)
		}
	}
}

func TestTextWithoutAWidthWrapsNothing(t *testing.T) {
	got := text(t, faulty(), report.TextOptions{})
	if want := "contains null values (23502)\n"; !strings.Contains(got, want) {
		t.Errorf("no line ends with %q in:\n%s", want, got)
	}
}

func TestOnlyCodeAndLongWordsExceedTheWidth(t *testing.T) {
	for _, width := range []int{40, 80} {
		for line := range strings.SplitSeq(text(t, faulty(), report.TextOptions{Width: width, File: []byte(migration)}), "\n") {
			code := strings.Contains(line, "op.") || strings.Contains(line, "SELECT id")
			words := strings.Fields(line)
			if w := ansi.StringWidth(line); w > width && !code && ansi.StringWidth(words[len(words)-1])+width/2 < w {
				t.Errorf("%d columns at width %d: %q", w, width, line)
			}
		}
	}
}

func TestCodeIsNeverCut(t *testing.T) {
	got := text(t, faulty(), report.TextOptions{Width: 40, File: []byte(migration)})
	for line := range strings.Lines(migration) {
		if !strings.Contains(got, line) {
			t.Errorf("the file's line %q is not in\n%s", line, got)
		}
	}
}

func TestTextKeepsDataFromControllingTheTerminal(t *testing.T) {
	got := text(t, faulty(), report.TextOptions{Width: 80, Color: true})
	if strings.Contains(got, "\x1b[2J") {
		t.Error("an escape in Postgres' message came through")
	}
}

func TestTextHeadlineSaysWhatTheVerdictMeans(t *testing.T) {
	pass := []report.Check{{ID: "apply.seeded", Status: report.StatusPass}}
	skipped := func(why string) []report.Check {
		return []report.Check{{ID: "apply.seeded", Status: report.StatusSkip, Summary: why}, {
			ID: "drift.models", Status: report.StatusSkip,
			Summary: why,
		}}
	}
	own, added := []string{"3f2a"}, []report.File{{Path: "a.py", Action: report.FileAdded}}
	lost := func() []report.Check {
		c := report.Check{
			ID: "apply.scratch", Status: report.StatusSkip, Unanswered: true, Summary: "not answered: it was killed",
			Hint: "run it again",
		}
		other := c
		other.ID = "drift.models"
		return []report.Check{c, other}
	}
	drift := func(status report.Status) []report.Check {
		return []report.Check{{ID: "apply.seeded", Status: report.StatusSkip}, {ID: "drift.models", Status: status}}
	}
	missed := report.Check{ID: "start.base", Status: report.StatusSkip, Missed: true}
	leftOut := report.Check{ID: "start.branch", Status: report.StatusSkip, LeftOut: true}
	tests := map[string]struct {
		doc  report.Document
		want string
	}{
		"pass": {
			report.Document{Verdict: report.VerdictPass, Checks: pass, Revisions: own, Files: added},
			"✓ The migration is sound: 1 check passed.",
		},
		"pass of a dry run": {
			report.Document{Verdict: report.VerdictPass, Checks: pass, Revisions: own, Proposed: added},
			"✓ The proposed migration is sound: 1 check passed.",
		},
		"pass of kept revisions": {
			report.Document{Command: "new-migration", Verdict: report.VerdictPass, Checks: pass, Revisions: own},
			"✓ The branch's migration is sound: 1 check passed.",
		},
		"nothing": {
			report.Document{Verdict: report.VerdictNone, Checks: skipped("nothing to migrate: models and migrations agree")},
			"· Nothing to migrate: models and migrations agree.",
		},
		"agreed": {
			report.Document{Verdict: report.VerdictNone, Checks: drift(report.StatusPass)},
			"· The branch adds no migration, and its models and the database agree.",
		},
		"differing, and waived": {
			report.Document{Verdict: report.VerdictNone, Checks: []report.Check{
				{ID: "drift.models", Status: report.StatusPass, Waived: "another tool's table"},
			}},
			"· The branch adds no migration.",
		},
		"differing on the base": {
			report.Document{Verdict: report.VerdictNone, Checks: drift(report.StatusPass), Noise: []report.Noise{{Object: "column:public.t.c"}}},
			"· The branch adds no migration, and its models differ from the database only as the base's do.",
		},
		"pass with less asked and without rows": {
			report.Document{Verdict: report.VerdictPass, Revisions: own, Checks: append(slices.Clone(pass), leftOut, report.Check{
				ID: "data.lost", Status: report.StatusSkip,
			})},
			"✓ The branch's migration works as far as was asked, on a base without rows: 1 check passed, 1 left out.",
		},
		"pass without an answer": {
			report.Document{Verdict: report.VerdictPass, Revisions: own, Checks: append(slices.Clone(pass), missed)},
			"✓ The branch's migration is sound as far as was answered: 1 check passed, 1 not answered.",
		},
		"pass with less asked and answered": {
			report.Document{Verdict: report.VerdictPass, Revisions: own, Checks: append(slices.Clone(pass), missed, leftOut)},
			"✓ The branch's migration is sound as far as was asked and answered: 1 check passed, 1 not answered, 1 left out.",
		},
		"unasked": {report.Document{Verdict: report.VerdictNone, Checks: drift(report.StatusSkip)}, "· The branch adds no migration."},
		"lacking": {
			report.Document{Verdict: report.VerdictFail, Checks: drift(report.StatusFail)},
			"✗ The branch adds no migration, and something is wrong: 1 check failed.",
		},
		"broken": {
			report.Document{Verdict: report.VerdictFail, Checks: []report.Check{{ID: "history.parent", Status: report.StatusFail}}},
			"✗ The history of migrations is broken: 1 check failed.",
		},
		"unjudged": {
			report.Document{Verdict: report.VerdictPass, Checks: drift(report.StatusPass), Revisions: own},
			"✓ Nothing wrong was found, but the upgrade was not judged: 1 check passed.",
		},
		"warned": {
			report.Document{Verdict: report.VerdictWarn, Checks: drift(report.StatusWarn), Revisions: own},
			"! Review the migration first; its upgrade was not judged: 1 check warns.",
		},
		"unasked migration": {report.Document{
			Command: "test-migration", Verdict: report.VerdictNone, Checks: drift(report.StatusSkip),
			Revisions: own,
		}, "· The branch's migration is not verified."},
		"dry run": {
			report.Document{Verdict: report.VerdictNone, Checks: skipped("--no-verify"), Revisions: own, Proposed: added},
			"· The migration is neither written nor verified.",
		},
		"unanswered": {
			report.Document{Error: &report.ErrorField{Message: "x"}, Revisions: own, Checks: append(lost(), pass...)},
			"✗ The branch's migration is not proved: apply.scratch and 1 other check were not answered: it was killed. Run it again.",
		},
		"unanswered and faulty": {
			report.Document{
				Error: &report.ErrorField{Message: "x"}, Revisions: own,
				Checks: append(lost()[:1], drift(report.StatusFail)...),
			},
			"✗ The branch's migration is faulty (1 check failed), and not proved otherwise: apply.scratch was not answered: " +
				"it was killed. " +
				"Run it again.",
		},
		"error": {
			report.Document{Verdict: report.VerdictNone, Error: &report.ErrorField{Message: "x"}},
			"✗ No verdict: the run ended with an error.",
		},
		"unproved": {
			report.Document{Verdict: report.VerdictNone, Files: []report.File{{Path: "a.py", Action: report.FileAdded}}},
			"· The migration is written, but not verified.",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			first, _, _ := strings.Cut(text(t, &tt.doc, report.TextOptions{Width: 200}), "\n")
			if first != tt.want {
				t.Errorf("headline %q, want %q", first, tt.want)
			}
		})
	}
}

func TestAProposedFileIsShown(t *testing.T) {
	proposed := []report.File{{Path: "versions/9f2c.py", Action: report.FileAdded}}
	got := text(t, &report.Document{Proposed: proposed}, report.TextOptions{File: []byte("revision = '9f2c'\n"), Watched: true})
	if !strings.Contains(got, "  revision = '9f2c'\n") || strings.Contains(got, "Next:") {
		t.Errorf("a watch shows:\n%s", got)
	}
}

func TestWhatComesNextIsTrue(t *testing.T) {
	warns := []report.Check{{ID: "drift.catalog", Status: report.StatusWarn, Summary: "they differ", Hint: "look"}}
	proposed := []report.File{{Path: "versions/9f2c.py", Action: report.FileAdded, Revision: "9f2c", Content: migration}}
	for name, tt := range map[string]struct {
		doc   report.Document
		wants []string
		lacks []string
	}{
		"a dry run": {
			report.Document{Verdict: report.VerdictWarn, Checks: warns, Revisions: []string{"9f2c"}, Proposed: proposed},
			[]string{
				"would be added    versions/9f2c.py (revision 9f2c, the first)", "! Review the migration first; its upgrade was not judged",
				"Next: nothing was written; without --dry-run, the same command writes the file. `devenv explain drift.catalog`",
			},
			[]string{"devenv test-migration", "devenv undo"},
		},
		"a dry run without checks": {
			report.Document{Verdict: report.VerdictNone, Revisions: []string{"9f2c"}, Proposed: proposed},
			[]string{"· The migration is neither written nor verified.", "Next: nothing was written"},
			[]string{"devenv explain"},
		},
		"code that no revision has": {
			report.Document{Verdict: report.VerdictFail, Revisions: []string{"9f2c"}, Checks: []report.Check{{
				ID: "apply.seeded", Status: report.StatusFail, Summary: "it fails", Evidence: []report.Evidence{{File: "app/models.py", Line: 16}},
			}}},
			[]string{"Next: fix app/models.py, then run `devenv test-migration`."},
			[]string{"fix the migration"},
		},
		"code that does not start": {
			report.Document{
				Verdict: report.VerdictFail, Revisions: []string{"9f2c"}, Files: []report.File{{Path: "versions/9f2c.py", Action: report.FileAdded}},
				Checks: []report.Check{{ID: "start.branch", Status: report.StatusFail, Summary: "it exited with status 0"}},
			},
			[]string{"Next: fix the code or versions/9f2c.py, then run `devenv test-migration`."},
			nil,
		},
		"no migration": {
			report.Document{Verdict: report.VerdictWarn, Checks: warns},
			[]string{"Next: `devenv explain drift.catalog` says why.\n"},
			[]string{"review the migration", "devenv test-migration", "works"},
		},
	} {
		got := text(t, &tt.doc, report.TextOptions{})
		for _, want := range tt.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, got)
			}
		}
		for _, lack := range tt.lacks {
			if strings.Contains(got, lack) {
				t.Errorf("%s: %q is in\n%s", name, lack, got)
			}
		}
	}
}

func TestChecksPassedOnOtherDataAreSeparate(t *testing.T) {
	d := report.Document{Verdict: report.VerdictFail, Checks: []report.Check{
		{ID: "history.heads", Status: report.StatusPass},
		{ID: "reverse.schema", Status: report.StatusPass, On: "a schema made from scratch"},
		{ID: "notes", Status: report.StatusPass},
	}}
	got := text(t, &d, report.TextOptions{Width: 80})
	for _, want := range []string{"✓ 2 passed: history.heads, notes\n", "✓ 1 passed on a schema made from scratch: reverse.schema\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestMarkdownFoldsDetails(t *testing.T) {
	var b bytes.Buffer
	if err := report.WriteMarkdown(&b, faulty(), []byte(migration)); err != nil {
		t.Fatal(err)
	}
	golden(t, "faulty.md", b.Bytes())
	if opened, closed := strings.Count(b.String(), "<details>"), strings.Count(b.String(), "</details>"); opened != closed || opened == 0 {
		t.Errorf("%d details opened, %d closed", opened, closed)
	}
}

var errFull = errors.New("no space left on device")

func TestTextRepeatsNothing(t *testing.T) {
	d := report.NewDocument("test-migration")
	d.Checks = []report.Check{{
		ID: "generate.rename", Status: report.StatusWarn, Summary: "note may be a rename of legacy (and 1 more)",
		Hint: "if it is:\n    op.rename()",
		Evidence: []report.Evidence{
			{Message: "note may be a rename of legacy", Statement: "op.rename()"},
			{Message: "memo may be a rename of old", Statement: "op.another()"},
			{File: "app/report.py", Line: 7, Table: "public.members", Column: "legacy"},
			{File: "app/report.py", Line: 9, Table: "public.members", Column: "legacy"},
		},
	}}
	var out bytes.Buffer
	if err := report.WriteText(&out, d, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for text, times := range map[string]int{
		"note may be a rename of legacy": 1, "op.rename()": 1, "memo may be a rename of old": 1,
		"op.another()": 1, "public.members.legacy": 1, "app/report.py:9": 1,
	} {
		if n := strings.Count(out.String(), text); n != times {
			t.Errorf("%q occurs %d times, want %d:\n%s", text, n, times, out.String())
		}
	}
}
