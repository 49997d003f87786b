// Package forward compares a schema before and after an upgrade, forward: what changed or went although no statement
// meant it, and what is wrong after any upgrade, even if a statement says so. It may use catalog and query.
package forward

import (
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// State is a database's schema, as far as it is judged.
type State struct {
	Catalog catalog.Catalog
	Shape   catalog.Shape
	Access  Access
}

// Change is one thing that the upgrade did to the schema and that was hardly meant.
type Change struct {
	// Object is its name in the catalog: "view:public.v", "trigger:public.t.name", "role:webapp", ….
	Object string
	// Text is what happened, in words; Was the definition that is gone.
	Text, Was string
	// Drop is the statement that drops by name what CASCADE took along; Mend is one that restores what was lost.
	Drop, Mend string
	// Grave means that rows went, or the rights of a role that the application uses.
	Grave bool
	// Modelled means that models can describe the object, so that they may want what happened to it.
	Modelled bool
	// Upsert means that it only matters if something runs INSERT … ON CONFLICT.
	Upsert bool
	// Moved is the role that may not use the schema to which the object, a table, was moved.
	Moved string
	// Conflict are the columns of a key of the table On that is gone, in order, and Constraint is its name: it only matters
	// if the branch's code UpsertsInto the table. Without columns, only the name is gone.
	Conflict       []string
	Constraint, On string
	// Moment is what code contains if the default that seems to be the value of one moment is a constant of it.
	Moment string
	// Cause is the index of the statement that did it; -1 if that is not known.
	Cause int
}

// Label returns an object's name without its kind and arguments: public.v.
func Label(object string) string {
	_, label, _ := strings.Cut(object, ":")
	label, _, _ = strings.Cut(label, "(")
	return label
}

// Kind returns the kind of an object, in words.
func Kind(object string) string {
	kind, _, _ := strings.Cut(object, ":")
	switch kind {
	case "matview":
		return "materialised view"
	case "statistics":
		return "extended statistics"
	}
	return kind
}

// Compare returns what the upgrade did to the schema that neither its statements meant nor anybody can want, the grave
// changes first. source is the text of the revisions: a default that it does not contain was computed while they ran.
func Compare(before, after State, statements []string, source string) []Change {
	after, renamed := after.succeeding(before)
	c := &comparison{sides: sides{before: before, after: after, script: parse(statements), source: source}}
	right, closed, left := rights{c}, restrictions{c}, leftovers{c}
	for _, rule := range []func(){
		right.lostAccess, guards{c}.rowSecurity, closed.unlogged, closed.deferrable, closed.hollowViews, closed.keysWithoutValues,
		left.settings, closed.disabledTriggers, left.frozenDefaults, left.swappedNames, left.existed, losses{c}.gone, remakes{c}.plainer,
		right.strangers, right.lostGrants, left.unpublished, closed.keylessUpserts,
	} {
		rule()
	}
	for i := range c.changes {
		c.changes[i] = c.changes[i].named(renamed)
	}
	slices.SortStableFunc(c.changes, Change.byWeight)
	return c.changes
}

// byWeight orders grave changes first: they decide.
func (c Change) byWeight(other Change) int {
	switch {
	case c.Grave == other.Grave:
		return 0
	case c.Grave:
		return -1
	}
	return 1
}

// sides are the schema before and after the upgrade, the statements between, and the text that they come from.
type sides struct {
	before, after State
	script        script
	source        string
}

// comparison collects changes. The first rule that has something to say about an object's facet speaks for all.
type comparison struct {
	sides
	changes []Change
}

// The rules, by what they look for: each kind adds to the same comparison.
type (
	// rights finds what roles may no longer do, and what belongs to somebody else.
	rights struct{ *comparison }
	// guards finds whom row security shuts out.
	guards struct{ *comparison }
	// restrictions finds what hurts even when a statement says it.
	restrictions struct{ *comparison }
	// leftovers finds what is left as no statement meant it: settings, swapped names, frozen defaults, publications.
	leftovers struct{ *comparison }
	// losses finds objects that went unsaid.
	losses struct{ *comparison }
	// remakes finds what objects made anew have lost.
	remakes struct{ *comparison }
)

// add records a change.
func (c *comparison) add(change Change) { c.changes = append(c.changes, change) }

// told reports whether a change of an object has been recorded.
func (c *comparison) told(object string) bool {
	return slices.ContainsFunc(c.changes, func(o Change) bool { return o.Object == object })
}

// both calls f with every object of some kinds that both catalogs have, in order.
func (s *sides) both(f func(name string, was, is catalog.Object), kinds ...string) {
	for _, name := range s.before.Catalog.Names(kinds...) {
		if is, ok := s.after.Catalog.Objects[name]; ok {
			f(name, s.before.Catalog.Objects[name], is)
		}
	}
}

// part returns the first of an object's parts with a prefix, empty if it has none.
func part(o catalog.Object, prefix string) string {
	i := slices.IndexFunc(o.Parts, func(p string) bool { return strings.HasPrefix(p, prefix) })
	if i < 0 {
		return ""
	}
	return o.Parts[i]
}
