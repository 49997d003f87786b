package routines

import "strings"

// simple reads a statement that is not compound.
func (r *reader) simple(first token, list []token) {
	if len(list) == 0 {
		return
	}
	switch {
	case first.is("return"):
		r.returned(list[1:])
	case first.is("perform"):
		r.add(list[1:], "SELECT")
	case first.is("execute"):
		r.executed(list)
	case first.is("raise"):
		r.raised(list)
	case first.is("assert"):
		r.add(list[1:], "SELECT")
	case first.is("exit", "continue"):
		if i := indexOf(list, "when"); i > 0 {
			r.add(list[i+1:], "SELECT")
		}
	case first.is("open"):
		if i := indexOf(list, "for"); i > 0 && i+1 < len(list) {
			r.simpleOrExecuted(list[i+1:])
		}
	case first.is("select", "insert", "update", "delete", "with", "merge", "values", "call"):
		r.add(withoutTargets(list))
	case first.is("create"):
		r.created(list)
	default:
		r.assigned(list)
	}
}

func (r *reader) simpleOrExecuted(list []token) {
	if list[0].is("execute") {
		r.executed(list)
		return
	}
	r.add(list)
}

// returned reads what a RETURN returns.
func (r *reader) returned(list []token) {
	switch {
	case len(list) == 0:
	case list[0].is("next"):
		r.add(list[1:], "SELECT")
	case list[0].is("query") && len(list) > 1:
		r.simpleOrExecuted(list[1:])
	case len(list) == 1 && list[0].is("new", "old"):
	default:
		r.add(list, "SELECT")
	}
}

// executed reads an EXECUTE: a single literal is a statement like any other.
func (r *reader) executed(list []token) {
	if len(list) < 2 {
		return
	}
	for _, t := range list[1:] {
		if inner := tokens(t.literal()); len(inner) > 0 && inner[0].is("create") {
			r.created(inner)
		}
	}
	alone := len(list) == 2 || list[2].is("into", "using")
	if list[1].kind != text || !alone || !strings.HasPrefix(list[1].text, "'") {
		r.dynamic = true
		return
	}
	inner := tokens(list[1].literal())
	for i := range inner {
		inner[i].line = list[1].line
		if strings.HasPrefix(inner[i].text, "$") {
			inner[i] = token{kind: word, text: "NULL", space: inner[i].space, line: inner[i].line}
		}
	}
	if len(inner) > 0 && inner[0].is("select", "insert", "update", "delete", "with") {
		r.add(inner)
	}
}

// raised reads the values that a RAISE writes into its message.
func (r *reader) raised(list []token) {
	for i, t := range list {
		if t.kind != text {
			continue
		}
		values := list[i+1:]
		if end := indexOf(values, "using"); end >= 0 {
			values = values[:end]
		}
		if len(values) > 1 && values[0].is(",") {
			r.add(values[1:], "SELECT")
		}
		return
	}
}

// created records the table that a statement creates: other statements may name it.
func (r *reader) created(list []token) {
	if i := indexOf(list, "table"); i > 0 {
		for _, t := range list[i+1:] {
			if name := t.name(); name != "" && !t.is("if", "not", "exists") {
				r.creates = append(r.creates, name)
				return
			}
		}
	}
}

// assigned reads an assignment: the target, if it is a column of a row, and the value.
func (r *reader) assigned(list []token) {
	for i, depth := range depths(list, "[", "]") {
		t := list[i]
		switch {
		case depth == 0 && i > 0 && t.is(":=", "="):
			if i == 3 && list[0].is("new") {
				r.add(list[:i], "SELECT")
			}
			r.add(list[i+1:], "SELECT")
			r.literal(list, i)
			if i == 1 {
				r.assigns[list[0].name()] = list[i+1:]
			}
			return
		case depth == 0 && t.name() == "" && !t.is("."):
			return
		}
	}
}

// literal reads the assignment of a single literal: by itself it is a text, but its target may not take it.
func (r *reader) literal(list []token, sign int) {
	value := list[sign+1:]
	if len(value) != 1 || value[0].literal() == "" {
		return
	}
	as := func(text string) token { return token{text: text, line: value[0].line} }
	call := append([]token{as("coalesce"), as("(")}, list[:sign]...)
	r.add(append(call, as(","), value[0], as(")")), "SELECT")
	r.statements[len(r.statements)-1].written = list
}

// withoutTargets returns a statement without the INTO that names variables.
func withoutTargets(list []token) []token {
	for i, depth := range depths(list, "(", ")") {
		if depth > 0 || !list[i].is("into") || i == 0 || list[i-1].is("insert", "merge") {
			continue
		}
		end := i + 1
		if end < len(list) && list[end].is("strict") {
			end++
		}
		return append(append([]token{}, list[:i]...), list[endOfTargets(list, end):]...)
	}
	return list
}

// endOfTargets returns where a list of variables ends.
func endOfTargets(list []token, at int) int {
	for at < len(list) {
		at++ // the name
		for at+1 < len(list) && list[at].is(".") {
			at += 2
		}
		if at < len(list) && list[at].is("[") {
			for at < len(list) && !list[at].is("]") {
				at++
			}
			at++
		}
		if at >= len(list) || !list[at].is(",") {
			return at
		}
		at++
	}
	return at
}

// indexOf finds a word outside parentheses.
func indexOf(list []token, wanted string) int {
	for i, depth := range depths(list, "(", ")") {
		if depth == 0 && list[i].is(wanted) {
			return i
		}
	}
	return -1
}
