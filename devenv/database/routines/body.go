package routines

import "strings"

// statement is SQL in the body of a PL/pgSQL function. An expression is written as a SELECT.
type statement struct {
	tokens []token
	line   int
	// written is what the function says instead, if that is no SQL.
	written []token
}

// text returns what the function says.
func (s statement) text() string {
	if len(s.written) > 0 {
		return source(s.written)
	}
	return strings.TrimSpace(source(s.tokens))
}

// body is what a PL/pgSQL function declares and runs.
type body struct {
	// variables are the types of what it declares, as it writes them, by name; "record" has no known columns.
	variables  map[string]string
	statements []statement
	// assigns are the expressions that it assigns to variables, the last of each.
	assigns map[string][]token
	// labels are the names by which it qualifies its variables.
	labels []string
	// creates are the names of the tables that it creates; dynamic is set if it builds statements from texts.
	creates []string
	dynamic bool
}

// reader reads a body from its first token to the last.
type reader struct {
	body
	rest []token
	// blocks are those that are open, by what opened them, or "exception" in their EXCEPTION part.
	blocks []string
}

// read reads the body of a PL/pgSQL function. What it does not understand it leaves out.
func read(text string) body {
	r := &reader{rest: tokens(text)}
	r.variables, r.assigns = map[string]string{}, map[string][]token{}
	for len(r.rest) > 0 {
		r.step()
	}
	return r.body
}

// step reads one statement, or the head of a compound one.
func (r *reader) step() {
	first := r.rest[0]
	switch {
	case first.is("begin"):
		r.open("begin")
	case first.is("declare"):
		r.declarations()
	case first.is("<<"):
		if len(r.rest) > 1 {
			r.labels = append(r.labels, r.rest[1].name())
		}
		r.until(">>")
	case first.is("else", "loop", ";"):
		r.skip(1)
	case first.is("exception"):
		r.skip(1)
		if len(r.blocks) > 0 {
			r.blocks[len(r.blocks)-1] = "exception"
		}
	case first.is("if", "elsif", "elseif", "while", "when", "case"):
		r.condition(first)
	case first.is("for", "foreach"):
		r.loop()
	case first.is("end"):
		if len(r.blocks) > 0 {
			r.blocks = r.blocks[:len(r.blocks)-1]
		}
		r.skip(1)
		if len(r.rest) > 0 && r.rest[0].is("case") {
			r.skip(1) // it opens nothing here
		}
		r.until(";")
	default:
		r.simple(first, r.until(";"))
	}
}

func (r *reader) skip(n int) { r.rest = r.rest[min(n, len(r.rest)):] }

func (r *reader) open(kind string) {
	r.blocks = append(r.blocks, kind)
	r.skip(1)
}

// until reads up to one of some words or signs outside parentheses and CASE expressions, and skips that. It returns
// what was before.
func (r *reader) until(ends ...string) []token {
	depth := 0
	for i, t := range r.rest {
		if depth == 0 && t.is(ends...) {
			read := r.rest[:i]
			r.skip(i + 1)
			return read
		}
		switch {
		case t.is("(", "[", "case"):
			depth++
		case depth > 0 && t.is(")", "]", "end"):
			depth--
		}
	}
	read := r.rest
	r.rest = nil
	return read
}

// add records a statement, or an expression if select is put before it.
func (r *reader) add(list []token, before ...string) {
	if len(list) == 0 {
		return
	}
	var all []token
	for _, b := range before {
		all = append(all, token{kind: word, text: b, line: list[0].line})
	}
	s := statement{tokens: append(all, list...), line: list[0].line}
	if len(before) > 0 {
		s.tokens[len(before)].space = " "
	}
	r.statements = append(r.statements, s)
}

// condition reads the head of an IF, a WHILE, a CASE or a WHEN.
func (r *reader) condition(first token) {
	switch {
	case first.is("if"):
		r.open("if")
		r.add(r.until("then"), "SELECT")
	case first.is("while"):
		r.open("loop")
		r.add(r.until("loop"), "SELECT")
	case first.is("case"):
		r.open("case")
		r.add(r.before("when"), "SELECT")
	case len(r.blocks) > 0 && r.blocks[len(r.blocks)-1] == "exception":
		r.until("then") // the names of errors
	default:
		r.skip(1)
		r.add(r.until("then"), "SELECT")
	}
}

// before reads up to a word, which stays.
func (r *reader) before(end string) []token {
	for i, t := range r.rest {
		if t.is(end) {
			read := r.rest[:i]
			r.skip(i)
			return read
		}
	}
	return nil
}

// loop reads the head of a FOR or FOREACH.
func (r *reader) loop() {
	r.open("loop")
	targets, over := r.until("in"), r.until("loop")
	if len(over) > 0 && over[0].is("array", "reverse") {
		over = over[1:]
	}
	for i, t := range over {
		if t.is("..") {
			r.declare(targets, "integer")
			r.add(over[:i], "SELECT")
			r.add(over[i+1:], "SELECT")
			return
		}
	}
	r.declare(targets, "record")
	switch {
	case len(over) == 0:
	case over[0].is("execute"):
		r.executed(over)
	case over[0].is("select", "with", "values", "insert", "update", "delete", "table"):
		r.add(over)
	default:
		if len(over) > 1 || r.variables[over[0].name()] == "" { // not a cursor
			r.add(over, "SELECT")
		}
	}
}

// declare declares the variables of a loop that are not declared yet.
func (r *reader) declare(targets []token, kind string) {
	for _, t := range targets {
		if name := t.name(); name != "" && (r.variables[name] == "" || kind != "record") {
			r.variables[name] = kind
		}
	}
}

// declarations reads a DECLARE up to its BEGIN.
func (r *reader) declarations() {
	r.skip(1)
	for len(r.rest) > 0 && !r.rest[0].is("begin") {
		if r.rest[0].is("<<") {
			r.until(">>")
			continue
		}
		r.declaration(r.until(";"))
	}
}

// declaration reads one declared variable.
func (r *reader) declaration(list []token) {
	if len(list) < 2 || list[0].name() == "" {
		return
	}
	name, kind := list[0].name(), list[1:]
	if kind[0].is("constant") {
		kind = kind[1:]
	}
	for i, t := range kind {
		switch {
		case t.is(":=", "=", "default"):
			r.add(kind[i+1:], "SELECT")
			kind = kind[:i]
		case t.is("not", "collate"):
			kind = kind[:i]
		case t.is("cursor"):
			r.cursor(kind[i:])
			kind = nil
		default:
			continue
		}
		break
	}
	r.variables[name] = strings.TrimSpace(source(kind))
	if len(kind) == 0 {
		r.variables[name] = "refcursor"
	} else if kind[0].is("alias") {
		r.variables[name] = "record"
	}
}

// cursor reads what a cursor selects; its parameters have no known type.
func (r *reader) cursor(list []token) {
	for i, depth := range depths(list, "(", ")") {
		t := list[i]
		switch {
		case depth > 0 && i > 0 && list[i-1].is("(", ","):
			r.variables[t.name()] = "record"
		case depth == 0 && t.is("for", "is"):
			r.add(list[i+1:])
			return
		}
	}
}
