package faults

import (
	"slices"
	"strings"
	"testing"

	"devenv/devenv/checks"
)

// TestEveryPageShowsACaseOfTheTable compares each page of devenv explain with the table: the code of its example must
// be a case that the check answers, which TestEveryFaultIsReportedAndNothingElse runs.
func TestEveryPageShowsACaseOfTheTable(t *testing.T) {
	entries := loadEntries(t)
	for _, c := range checks.All() {
		i := slices.IndexFunc(entries, func(e entry) bool { return e.Page == c.ID })
		if i < 0 {
			t.Errorf("%s: no case has page: %s", c.ID, c.ID)
			continue
		}
		e := entries[i]
		if a, ok := e.Says[c.ID]; !ok || e.Missed != "" || a.Waived != "" || (a.Status == "pass") != (c.ID == "notes") {
			t.Errorf("%s: its case %s %s does not say that the check answers", c.ID, e.Class, e.What)
		}
		code := exampleOf(c.Page)
		if len(code) == 0 {
			t.Errorf("%s: the page's example has no code", c.ID)
		}
		for _, line := range code {
			if !strings.Contains(e.material(), line) {
				t.Errorf("%s: its case %s %s does not contain %s", c.ID, e.Class, e.What, line)
			}
		}
	}
}

// exampleOf returns the lines of code between "Example:" and "How to fix it:".
func exampleOf(page string) []string {
	_, example, _ := strings.Cut(page, "\nExample:")
	example, _, _ = strings.Cut(example, "\nHow to fix it:")
	var code []string
	for line := range strings.Lines(example) {
		if strings.HasPrefix(line, "    ") {
			code = append(code, strings.TrimSpace(line))
		}
	}
	return code
}

// material returns everything that a case writes.
func (e entry) material() string {
	var text strings.Builder
	for _, r := range e.branchRevisions(false) {
		text.WriteString(r.source())
	}
	for _, m := range append(e.Models, e.Edits...) {
		text.WriteString(m.New)
	}
	for _, content := range e.Files {
		text.WriteString(content)
	}
	return text.String()
}
