package faults

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// compare returns how a run's document and exit status differ from what the case wants.
func (e entry) compare(d *report.Document, status int) []string {
	var wrong []string
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if status != e.exit() {
		add("exit status %d, want %d", status, e.exit())
	}
	if e.Verdict != "" && string(d.Verdict) != e.Verdict {
		add("verdict %s, want %s", d.Verdict, e.Verdict)
	}
	wrong = append(wrong, e.compareError(d)...)
	for id := range e.Says {
		if !slices.ContainsFunc(d.Checks, func(c report.Check) bool { return c.ID == id }) {
			add("%s does not exist", id)
		}
	}
	for _, c := range d.Checks {
		want, named := e.Says[c.ID]
		_, may := e.May[c.ID]
		switch {
		case named:
			wrong = append(wrong, want.compare(c)...)
		case may:
		case c.Status == report.StatusWarn || c.Status == report.StatusFail:
			add("%s is not silent: %s: %s", c.ID, c.Status, c.Summary)
		}
		wrong = append(wrong, wellFormed(c)...)
	}
	return wrong
}

func (e entry) compareError(d *report.Document) []string {
	if len(e.Error) == 0 {
		if d.Error != nil {
			return []string{"error: " + d.Error.Message + "\n" + d.Error.Hint}
		}
		return nil
	}
	if d.Error == nil {
		return []string{"there is no error"}
	}
	return missing("the error", d.Error.Message+"\n"+d.Error.Hint, e.Error)
}

// compareFile returns which texts the new revision lacks, or has but must not.
func (e entry) compareFile(content string) []string {
	wrong := missing("the new revision", content, e.Writes)
	for _, text := range e.Lacks {
		if strings.Contains(content, text) {
			wrong = append(wrong, fmt.Sprintf("the new revision contains %q:\n%s", text, content))
		}
	}
	return wrong
}

// wellFormed returns what a finding lacks of what every finding must have. An INSERT made by devenv is not in any file.
func wellFormed(c report.Check) []string {
	if c.Status != report.StatusWarn && c.Status != report.StatusFail {
		return nil
	}
	var wrong []string
	if c.Summary == "" || c.Hint == "" || len(c.Evidence) == 0 {
		wrong = append(wrong, fmt.Sprintf("%s: no summary, hint or evidence: %+v", c.ID, c))
	}
	for _, e := range c.Evidence {
		placed := e.Statement != "" && e.Revision != "" && e.File != "" && e.Line != 0 && !strings.HasPrefix(e.File, "/")
		if e.SQLState != "" && e.Insert == "" && !placed {
			wrong = append(wrong, fmt.Sprintf("%s: the failure has no statement, revision, file or line: %+v", c.ID, e))
		}
	}
	return wrong
}

// compare returns how an answer differs from the wanted one.
func (a answer) compare(c report.Check) []string {
	var wrong []string
	if string(c.Status) != a.Status {
		wrong = append(wrong, fmt.Sprintf("%s: %s, want %s: %s", c.ID, c.Status, a.Status, c.Summary))
	}
	if c.Waived != a.Waived {
		wrong = append(wrong, fmt.Sprintf("%s: waived %q, want %q", c.ID, c.Waived, a.Waived))
	}
	wrong = append(wrong, missing(c.ID+"'s summary", c.Summary, a.Summary)...)
	wrong = append(wrong, missing(c.ID+"'s hint", c.Hint, a.Hint)...)
	if a.wantsEvidence() && !slices.ContainsFunc(c.Evidence, a.matches) {
		wrong = append(wrong, fmt.Sprintf("%s: no evidence matches %+v", c.ID, a.evidence()))
	}
	return wrong
}

// evidence returns the part of the answer that a piece of evidence must match.
func (a answer) evidence() report.Evidence {
	e := report.Evidence{
		SQLState: a.SQLState, Table: a.Table, Column: a.Column, Revision: a.Revision, File: a.File, Line: a.Line, Keys: a.Keys,
		Statement: a.Statement, Message: a.Message, Detail: a.Detail, Insert: a.Insert, Query: a.Query,
	}
	if a.Rows != nil {
		e.Rows = *a.Rows
	}
	return e
}

func (a answer) wantsEvidence() bool {
	e := a.evidence()
	texts := e.SQLState + e.Table + e.Column + e.Revision + e.File + e.Statement + e.Message + e.Detail + e.Insert + e.Query
	return a.Rows != nil || len(e.Keys) > 0 || texts != "" || e.Line > 0
}

// matches reports whether a piece of evidence is as wanted.
func (a answer) matches(e report.Evidence) bool {
	same := func(want, got string) bool { return want == "" || want == got }
	part := func(want, got string) bool { return strings.Contains(oneLine(got), oneLine(want)) }
	return same(a.SQLState, e.SQLState) && same(a.Table, e.Table) && same(a.Column, e.Column) && same(a.Revision, e.Revision) &&
		part(a.File, e.File) && (a.Line == 0 || a.Line == e.Line) && (a.Rows == nil || *a.Rows == e.Rows) &&
		(a.Keys == nil || slices.Equal(a.Keys, e.Keys)) && part(a.Statement, e.Statement) && part(a.Message, e.Message) &&
		part(a.Detail, e.Detail) && part(a.Insert, e.Insert) && part(a.Query, e.Query)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func missing(where, text string, wanted []string) []string {
	var wrong []string
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			wrong = append(wrong, fmt.Sprintf("%s lacks %q: %s", where, w, text))
		}
	}
	return wrong
}
