package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
)

// TestEveryFaultIsReportedAndNothingElse runs the whole table and finally logs how many classes were caught.
func TestEveryFaultIsReportedAndNothingElse(t *testing.T) {
	enginetest.Images(t, "debian:trixie-slim", "postgres:17")
	entries := loadEntries(t)
	p := newProjects(t)
	shared := newLanes(t, p, entries)
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.call(), b.call()) }) // few lanes at a time
	tally := &tally{}
	t.Run("case", func(t *testing.T) {
		for _, e := range entries {
			t.Run(e.Class+" "+e.What, func(t *testing.T) {
				t.Parallel()
				tally.add(e, shared.verify(t, e, false))
			})
			if e.SQL != "" && e.Upgrade != "" {
				t.Run(e.Class+" "+e.What+", in SQL", func(t *testing.T) {
					t.Parallel()
					tally.add(e, shared.verify(t, e, true))
				})
			}
		}
	})
	t.Log(tally)
}

// verify runs a case and returns what is wrong with the result; a case that is known to be missed cannot fail.
func (l *lanes) verify(t *testing.T, e entry, sql bool) []string {
	var d report.Document
	var status int
	var written string
	if l.shares(e) {
		d, status = l.judge(t, e, sql)
	} else {
		d, status, written = l.run(t, e, sql)
	}
	wrong := append(e.compare(&d, status), e.compareFile(written)...)
	switch {
	case len(wrong) == 0 && e.Missed != "":
		t.Logf("caught although marked as missed: %s", e.Missed)
	case len(wrong) > 0 && e.Missed != "":
		t.Logf("missed (%s):\n%s", e.Missed, strings.Join(wrong, "\n"))
	case len(wrong) > 0:
		t.Errorf("%s\n%s", strings.Join(wrong, "\n"), said(&d))
	}
	return wrong
}

// run runs a case on its own, and returns the document, the exit status, and the revision that the run wrote.
func (p *projects) run(t *testing.T, e entry, sql bool) (d report.Document, status int, written string) {
	b := p.newBranch(t, e, sql)
	command := e.Command
	if command == "" {
		command = "test-migration"
	}
	args := slices.Concat([]string{"--format", "json", command, "--base", baseRef(e.Base)}, e.skips(), e.Args)
	status, stdout, stderr := b.run(args...)
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatalf("devenv %s: exit status %d, %v\n%s%s", strings.Join(args, " "), status, err, stdout, stderr)
	}
	return d, status, b.written(&d)
}

// said formats every answer of a run except plain passes, for a test's log.
func said(d *report.Document) string {
	var out strings.Builder
	if d.Error != nil {
		fmt.Fprintf(&out, "error: %s\n%s\n", d.Error.Message, d.Error.Hint)
	}
	for _, c := range d.Checks {
		if c.Status == report.StatusPass && len(c.Evidence) == 0 || c.Status == report.StatusSkip && strings.HasPrefix(c.Summary, "left out by") {
			continue
		}
		fmt.Fprintf(&out, "%s %s: %s\n", c.Status, c.ID, c.Summary)
		if c.Hint != "" {
			fmt.Fprintf(&out, "  hint: %s\n", c.Hint)
		}
		for _, e := range c.Evidence {
			text, err := json.Marshal(e)
			fmt.Fprintf(&out, "  %s %v\n", text, orNothing(err))
		}
	}
	for _, s := range d.Steps {
		fmt.Fprintf(&out, "%s %d ms, ", s.Name, s.MS)
	}
	return out.String()
}

func orNothing(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// tally counts what was caught, and the false alarms.
type tally struct {
	mu      sync.Mutex
	classes map[string]bool // false: a case of the class has a wrong result
	silent  map[string]bool
	why     []string
}

func (t *tally) add(e entry, wrong []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.classes == nil {
		t.classes, t.silent = map[string]bool{}, map[string]bool{}
	}
	if e.silent() {
		t.silent[e.Class+" "+e.What] = len(wrong) == 0
	} else if known, ok := t.classes[e.Class]; !ok || known {
		t.classes[e.Class] = len(wrong) == 0
	}
	if len(wrong) > 0 {
		t.why = append(t.why, fmt.Sprintf("%s %s: %s", e.Class, e.What, orElse(e.Missed, strings.Join(wrong, "; "))))
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// String returns the closing note.
func (t *tally) String() string {
	caught, alarms := 0, 0
	for ok := range maps.Values(t.classes) {
		if ok {
			caught++
		}
	}
	for ok := range maps.Values(t.silent) {
		if !ok {
			alarms++
		}
	}
	slices.Sort(t.why)
	return fmt.Sprintf("classes caught: %d of %d; false alarms: %d of %d silent cases\n%s",
		caught, len(t.classes), alarms, len(t.silent), strings.Join(t.why, "\n"))
}
