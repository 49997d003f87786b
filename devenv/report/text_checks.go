package report

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// checks shows what failed, then what warns, then the rest folded.
func (p *page) checks(d *Document) {
	found := countChecks(d.Checks)
	for _, status := range []Status{StatusFail, StatusWarn} {
		for i := range d.Checks {
			if d.Checks[i].Status == status {
				p.blank()
				p.finding(&d.Checks[i], p.limit.pieces/(found.fail+found.warn))
			}
		}
	}
	p.unanswered(d.Checks)
	p.passed(d.Checks)
	p.waived(d.Checks)
	p.skipped(d.Checks)
}

// finding shows one check with so many pieces of its evidence, the names of the others, and what to do.
func (p *page) finding(c *Check, most int) {
	sign, col := "✗", red
	if c.Status == StatusWarn {
		sign, col = "!", yellow
	}
	p.line(p.paint(col, sign) + " " + p.bold(c.ID))
	p.say("  ", 2, c.Summary)
	open := slices.DeleteFunc(slices.Clone(c.Evidence), func(e Evidence) bool { return e.Waived != "" })
	full := p.inFull(len(open), most)
	for i := range full {
		p.evidence(&Check{Summary: c.Summary, Hint: c.Hint, Evidence: open}, i)
	}
	p.others(open[full:])
	p.waivedEvidence(slices.DeleteFunc(slices.Clone(c.Evidence), func(e Evidence) bool { return e.Waived == "" }))
	if c.Hint != "" {
		p.hint(2, c.Hint)
	}
}

// waivedEvidence names what waivers cover, and why, each in one line.
func (p *page) waivedEvidence(waived []Evidence) {
	lines := make([]string, len(waived))
	for i := range waived {
		e := &waived[i]
		lines[i] = cmp.Or(messageOf(e), objectOf(e), whereOf(e)) + " -- " + e.Waived
	}
	for _, l := range p.fold(lines, p.limit.named) {
		p.wrap("  "+p.faint(fmt.Sprintf("%-*s", labelWidth, "waived")), 2+labelWidth, l)
	}
}

// labelWidth is the column in which an evidence's values start, after the indentation.
const labelWidth = 11

// evidence shows the fields that are set of one piece of evidence, one per line, with labels.
func (p *page) evidence(c *Check, i int) {
	for _, f := range fieldsOf(c, i) {
		label := "  " + p.faint(fmt.Sprintf("%-*s", labelWidth, f.label))
		if f.paste {
			p.pasted(label, f.value)
			continue
		}
		if f.file {
			f.value = p.Place.Path(f.value)
		}
		fold := p.fold
		if f.output {
			fold = p.foldOutput
		}
		p.hang(label, 2+labelWidth, fold(p.broken(f.value, 2+labelWidth), p.limit.text))
	}
}

func (p *page) pasted(label, value string) {
	lines := p.fold(strings.Split(Printable(value), "\n"), p.limit.text)
	p.line(label + p.paint(cyan, lines[0]))
	p.code(2+labelWidth, lines[1:])
}

type field struct {
	label, value string
	// file means that the value begins with a file's path, paste that it is code, output that it may be a program's.
	file, paste, output bool
}

// fieldsOf lists a piece of a check's evidence in the order in which people ask: where, how many, what, why; but the
// places of an object below it. It omits what the check's summary says, a statement that its hint contains, and an
// object of which it is one more place.
func fieldsOf(c *Check, i int) []field {
	e := &c.Evidence[i]
	object, statement, message := objectOf(e), strings.TrimSpace(e.Statement), messageOf(e)
	if isPlace(e) {
		if i > 0 && isPlace(&c.Evidence[i-1]) && object == objectOf(&c.Evidence[i-1]) {
			object = ""
		}
		return set(field{label: "object", value: object}, field{label: "where", value: whereOf(e), file: true})
	}
	if strings.Contains(c.Hint, statement) {
		statement = ""
	}
	detail := e.Detail
	if strings.Contains(c.Summary, detail) {
		detail = ""
	}
	if e.SQLState == "" && strings.Contains(c.Summary, message) {
		message = ""
	}
	return set(
		field{label: "where", value: whereOf(e), file: e.File != ""},
		field{label: "object", value: object},
		field{label: "rows", value: rowsOf(e)},
		field{label: "statement", value: statement},
		field{label: messageLabel(e), value: message},
		field{label: "detail", value: detail, output: true},
		field{label: "cost", value: costOf(e)},
		field{label: "find them", value: e.Query, paste: true},
		field{label: "try with", value: e.Insert, paste: true},
	)
}

// set returns the fields that have a value.
func set(all ...field) []field {
	return slices.DeleteFunc(all, func(f field) bool { return f.value == "" })
}

// isPlace reports whether a piece of evidence is nothing but a line that names an object.
func isPlace(e *Evidence) bool {
	return e.File != "" && objectOf(e) != "" &&
		reflect.DeepEqual(*e, Evidence{File: e.File, Line: e.Line, Table: e.Table, Column: e.Column})
}

func whereOf(e *Evidence) string {
	where := e.File
	if where != "" && e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if where == "" && e.Revision != "" {
		return "revision " + e.Revision
	}
	return where
}

func objectOf(e *Evidence) string {
	switch {
	case e.Column == "":
		return e.Table
	case e.Table == "":
		return "column " + e.Column
	default:
		return e.Table + "." + e.Column
	}
}

func rowsOf(e *Evidence) string {
	keys := listedKeys(e.Keys)
	switch {
	case e.Rows == 0:
		return keys
	case keys == "":
		return Count(e.Rows, "row")
	case int64(len(e.Keys)) < e.Rows:
		return fmt.Sprintf("%s, the first: %s", Count(e.Rows, "row"), keys)
	default:
		return Count(e.Rows, "row") + ": " + keys
	}
}

// listedKeys lists keys, those of several columns in parentheses.
func listedKeys(keys []string) string {
	listed := slices.Clone(keys)
	for i, key := range keys {
		if strings.Contains(key, ", ") {
			listed[i] = "(" + key + ")"
		}
	}
	return strings.Join(listed, ", ")
}

// messageLabel distinguishes Postgres's messages, which have an SQLSTATE, from those of the migration tool, the backend
// and devenv itself.
func messageLabel(e *Evidence) string {
	if e.SQLState == "" || e.OwnWords {
		return "message"
	}
	return "Postgres"
}

func messageOf(e *Evidence) string {
	if e.SQLState == "" || e.Message == "" {
		return e.Message + e.SQLState
	}
	return fmt.Sprintf("%s (%s)", e.Message, e.SQLState)
}

func costOf(e *Evidence) string {
	var parts []string
	add := func(set bool, format string, args ...any) {
		if set {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(e.Lock != "", "lock %s", e.Lock)
	add(e.HeldMS > 0, "held %d ms", e.HeldMS)
	add(e.Scanned > 0, "%s scanned", Count(e.Scanned, "row"))
	add(e.Rewrite, "table rewritten")
	add(e.WALBytes > 0, "%d bytes of WAL", e.WALBytes)
	return strings.Join(parts, ", ")
}

// hint shows what to do: prose is wrapped, indented lines are code to paste.
func (p *page) hint(indent int, hint string) {
	pad := strings.Repeat(" ", indent)
	for i, block := range splitHint(hint) {
		if block.code {
			p.code(indent+4, p.fold(block.lines, p.limit.code))
			continue
		}
		prefix := pad + "  "
		if i == 0 {
			prefix = pad + p.paint(green, "→") + " "
		}
		for _, l := range block.lines {
			p.say(prefix, indent+2, l)
			prefix = pad + "  "
		}
	}
}
