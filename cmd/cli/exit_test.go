package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

func TestOnlyMigrationDocumentsHideAFaultyError(t *testing.T) {
	faulty := report.Fail(report.KindFaulty, "devenv test-migration", "apply the branch's migrations: they fail")
	for name, c := range map[string]struct {
		of   outcome
		want bool
	}{
		"new-migration": {migrationOf(&devenv.Result{Document: report.NewDocument(newMigrationName)}, false, false), false},
		"reset":         {items{Items: report.NewItems("reset")}, true},
	} {
		var out bytes.Buffer
		if err := c.of.json(&out, faulty); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "they fail"); got != c.want {
			t.Errorf("%s says why: %v\n%s", name, got, &out)
		}
	}
}

func TestTheExitStatusFollowsFromErrorAndVerdict(t *testing.T) {
	verdict := func(v report.Verdict, strict bool) outcome {
		d := report.NewDocument(newMigrationName)
		d.Verdict = v
		return migrationOf(&devenv.Result{Document: d}, false, strict)
	}
	for name, c := range map[string]struct {
		err  error
		with outcome
		want int
	}{
		"help":                        {nil, nil, 0},
		"pass":                        {nil, verdict(report.VerdictPass, true), 0},
		"nothing to migrate":          {nil, verdict(report.VerdictNone, true), 0},
		"warn":                        {nil, verdict(report.VerdictWarn, false), 0},
		"warn with --strict":          {nil, verdict(report.VerdictWarn, true), 3},
		"fail":                        {nil, verdict(report.VerdictFail, false), 3},
		"an error without a kind":     {errors.New("disk"), nil, 1},
		"work":                        {report.Fail(report.KindWork, "", "engine"), nil, 1},
		"usage, wrapped":              {fmt.Errorf("check: %w", report.Fail(report.KindUsage, "", "flag")), nil, 2},
		"a file that does not import": {report.Fail(report.KindFaulty, "", "syntax"), verdict(report.VerdictFail, false), 3},
		"an interrupt":                {fmt.Errorf("build: %w", context.Canceled), verdict(report.VerdictNone, false), 130},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitStatus(c.err, c.with); got != c.want {
				t.Errorf("exit status %d, want %d", got, c.want)
			}
		})
	}
}

func TestErrorsAfterAnInterruptAreInterrupts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := shownError(ctx, errors.New("signal: killed"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("reported as %v, want the interrupt", err)
	}
	if shownError(ctx, nil) != nil {
		t.Error("a successful run is reported as interrupted")
	}
	d := report.NewDocument(newMigrationName)
	if delivered(migrationOf(&devenv.Result{Document: d}, false, false)) {
		t.Error("a run that wrote nothing is too late to be interrupted")
	}
	d.Files = []report.File{{Path: "versions/1_new.py", Action: report.FileAdded}}
	if !delivered(migrationOf(&devenv.Result{Document: d}, false, false)) {
		t.Error("a run that wrote its file ends as interrupted")
	}
}
