package forward

import (
	"regexp"
	"strings"

	"devenv/devenv/database/catalog"
)

// The rules in this file hold even when a statement says what it does: nobody can want it, or it hurts later.

// unlogged finds tables with rows that a crash now empties.
func (c restrictions) unlogged() {
	c.both(func(name string, was, is catalog.Object) {
		if strings.HasPrefix(was.Definition, "unlogged ") || !strings.HasPrefix(is.Definition, "unlogged ") || !c.hasRows(Label(name)) {
			return
		}
		c.add(Change{
			Object: name, Text: Label(name) + " is unlogged now: a crash of the server empties it, and no replica has it",
			Was: was.Definition, Mend: "ALTER TABLE " + sqlName(name) + " SET LOGGED", Cause: c.script.cause(`UNLOGGED`, plainName(name)),
		})
	}, "table")
}

// hasRows reports whether a table had rows before.
func (s *sides) hasRows(label string) bool {
	for i := range s.before.Shape.Tables {
		if t := &s.before.Shape.Tables[i]; t.Label() == label {
			return t.Rows
		}
	}
	return false
}

// deferrable finds keys that an upsert can no longer use.
func (c restrictions) deferrable() {
	isKey := regexp.MustCompile(`^(?:UNIQUE|PRIMARY KEY)\b`)
	c.both(func(name string, was, is catalog.Object) {
		late := func(o catalog.Object) bool { return strings.Contains(o.Definition, " DEFERRABLE") }
		if !isKey.MatchString(is.Definition) || late(was) || !late(is) {
			return
		}
		alter, key := "ALTER TABLE "+sqlName(was.Parent), nameOn(name, was.Parent)
		c.add(Change{
			Object: name, Text: "the constraint " + Label(name) + " is deferrable now: INSERT … ON CONFLICT cannot use it any more",
			Was: was.Definition, Upsert: true, Cause: c.script.cause(`DEFERRABLE|ADD|ALTER`, plainName(name)),
			Mend: commented(alter+" DROP CONSTRAINT "+key+", ADD CONSTRAINT "+key+" "+itself(was), name, was),
		})
	}, "constraint")
}

// hollowViews finds materialised views that cannot be read, or no longer be refreshed while they are read.
func (c restrictions) hollowViews() {
	for _, name := range c.after.Catalog.Names("matview") {
		if part(c.after.Catalog.Objects[name], "with no data") == "" || part(c.before.Catalog.Objects[name], "with no data") != "" {
			continue
		}
		c.add(Change{
			Object: name, Text: "the materialised view " + Label(name) + " holds no data: reading it fails",
			Mend: "REFRESH MATERIALIZED VIEW " + sqlName(name), Cause: c.script.first(
				c.script.cause(`WITH\s+NO\s+DATA`, plainName(name)), c.script.cause(`CREATE|REFRESH`, plainName(name)),
			),
		})
	}
	c.both(func(name string, _, _ catalog.Object) {
		index := c.before.refreshedBy(name)
		if index == "" || c.after.refreshedBy(name) != "" {
			return
		}
		was, cause := c.before.Catalog.Objects[index], c.script.cause(`DROP`, plainName(index))
		if cause < 0 {
			cause = c.script.remaking(plainName(name))
		}
		gone, mend := "is gone", commented(itself(was), index, was)
		if _, stays := c.after.Catalog.Objects[index]; stays {
			gone, mend = "is no longer one of plain columns and all rows", "DROP INDEX "+sqlName(index)+"; "+mend
		}
		c.add(Change{
			Object: index, Text: "the unique index " + Label(index) + " " + gone + ", without which REFRESH MATERIALIZED VIEW CONCURRENTLY " +
				Label(name) + " fails",
			Was: was.Definition, Mend: mend, Cause: cause,
		})
	}, "matview")
}

// refreshedBy returns a unique index that REFRESH … CONCURRENTLY of a view needs: on columns, over all rows.
func (s State) refreshedBy(view string) string {
	usable := regexp.MustCompile(`^CREATE UNIQUE INDEX .* USING \w+ \([^()]*\)( INCLUDE \([^()]*\))?( comment .*)?$`)
	for _, name := range s.Catalog.Names("index") {
		if o := s.Catalog.Objects[name]; o.Parent == view && usable.MatchString(o.Definition) {
			return name
		}
	}
	return ""
}

// keysWithoutValues finds key columns that no longer number their rows.
func (c restrictions) keysWithoutValues() {
	c.both(func(name string, was, is catalog.Object) {
		old := part(was, "default ") + part(was, "generated ")
		now := part(is, "default ") + part(is, "generated ")
		if old == "" || !constant(now) || constant(old) || !c.isKey(name, was) || !number(was) || !number(is) {
			return
		}
		column := plainName(name)
		cause := c.script.cause(`(?:DROP|SET)\s+(?:DEFAULT|IDENTITY)`, plainName(was.Parent))
		if cause < 0 {
			cause = c.script.remade(name, was)
		}
		c.add(Change{
			Object: name,
			Text:   "the key " + Label(name) + " no longer gets a value of its own: INSERTs that do not name " + column + " fail",
			Was:    old, Mend: c.numbering(name, old), Modelled: true, Cause: cause,
		})
	}, "column")
}

// constant reports whether what fills a column, if anything, gives every row the same.
func constant(filling string) bool {
	return filling == "" || strings.HasPrefix(filling, "default ") && !strings.Contains(filling, "(")
}

// isKey reports whether a column is the only one of its table's primary key.
func (c restrictions) isKey(column string, was catalog.Object) bool {
	for _, name := range c.before.Catalog.Names("constraint") {
		o := c.before.Catalog.Objects[name]
		columns, ok := strings.CutPrefix(o.Definition, "PRIMARY KEY (")
		if ok && o.Parent == was.Parent && strings.Trim(strings.SplitN(columns, ")", 2)[0], `"`) == plainName(column) {
			return true
		}
	}
	return false
}

// number reports whether a column is of an integer type.
func number(o catalog.Object) bool {
	return len(o.Parts) > 0 && (o.Parts[0] == "smallint" || o.Parts[0] == "integer" || o.Parts[0] == "bigint")
}

// disabledTriggers finds triggers that no longer fire.
func (c restrictions) disabledTriggers() {
	c.both(func(name string, was, is catalog.Object) {
		if strings.Contains(was.Definition, ") disabled") || !strings.Contains(is.Definition, ") disabled") {
			return
		}
		table := sqlName(was.Parent)
		c.add(Change{
			Object: name, Text: "the trigger " + Label(name) + " is left disabled", Was: was.Definition,
			Mend: "ALTER TABLE " + table + " ENABLE TRIGGER " + nameOn(name, was.Parent), Cause: c.script.cause(`DISABLE\s+TRIGGER`, plainName(was.Parent)),
		})
	}, "trigger")
}
