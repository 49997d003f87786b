package routines

// alwaysReturns reports whether a trigger's function in PL/pgSQL cannot come to its end without RETURN. It gives the
// benefit of the doubt: to a loop that returns, and to an IF that asks for the kind of statement in each branch.
func alwaysReturns(source string) bool {
	p := &reader{rest: tokens(source)}
	return p.leaves()
}

// leaves reads statements up to one of some words, which it leaves, and reports whether they never come to their end.
func (r *reader) leaves(ends ...string) (leaves bool) {
	for len(r.rest) > 0 && !r.rest[0].is(ends...) {
		leaves = r.leavesStatement() || leaves
	}
	return leaves
}

// leavesStatement does so for one statement.
func (r *reader) leavesStatement() bool {
	switch first := r.rest[0]; {
	case first.is("declare"):
		r.before("begin")
		return false
	case first.is("begin"):
		return r.leavesBlock()
	case first.is("if"):
		return r.leavesIf()
	case first.is("case"):
		return r.leavesCase()
	case first.is("loop", "while", "for", "foreach"):
		return r.leavesLoop()
	case first.is("<<"):
		r.until(">>")
		return false
	case first.is("end"): // of more than was begun
		r.until(";")
		return true
	case first.is("return"):
		r.until(";")
		return true
	case first.is("raise"):
		list := r.until(";")
		return len(list) == 1 || !list[1].is("debug", "log", "info", "notice", "warning")
	}
	r.until(";")
	return false
}

// leavesBlock reads BEGIN … END. Its handlers must not come to their end either.
func (r *reader) leavesBlock() bool {
	r.skip(1)
	leaves := r.leaves("exception", "end")
	if len(r.rest) > 0 && r.rest[0].is("exception") {
		r.skip(1)
		for len(r.rest) > 0 && r.rest[0].is("when") {
			r.until("then")
			leaves = r.leaves("when", "end") && leaves
		}
	}
	r.until(";")
	return leaves
}

// leavesIf reads IF … END IF.
func (r *reader) leavesIf() bool {
	all, whole, byKind := true, false, true
	for len(r.rest) > 0 && !r.rest[0].is("end") {
		if whole = r.rest[0].is("else"); whole {
			r.skip(1)
		} else {
			byKind = mentions(r.until("then"), "tg_op") && byKind
		}
		all = r.leaves("elsif", "elseif", "else", "end") && all
	}
	r.until(";")
	return all && (whole || byKind)
}

// leavesCase reads CASE … END CASE, which fails by itself where nothing matches.
func (r *reader) leavesCase() bool {
	r.before("when")
	all := true
	for len(r.rest) > 0 && !r.rest[0].is("end") {
		if r.rest[0].is("else") {
			r.skip(1)
		} else {
			r.until("then")
		}
		all = r.leaves("when", "else", "end") && all
	}
	r.until(";")
	return all
}

// leavesLoop reads a loop. One that can return is taken to do so.
func (r *reader) leavesLoop() bool {
	endless := r.rest[0].is("loop")
	r.until("loop")
	before := r.rest
	returns := r.leaves("end")
	body := before[:len(before)-len(r.rest)]
	r.until(";")
	return returns || mentions(body, "return") || endless && !mentions(body, "exit")
}

// mentions reports whether a word is among some tokens.
func mentions(list []token, word string) bool {
	for _, t := range list {
		if t.is(word) {
			return true
		}
	}
	return false
}
