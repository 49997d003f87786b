package catalog

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/query"
)

// Note is one thing that is legal and worth knowing about a migration. Table is schema.table.
type Note struct {
	Table, Column, Text, Advice string
	// Remedy is a change to propose, before the advice.
	Remedy Remedy
}

// Remedy is a change that SQL makes: any, the type of a column (Table, Name, Type), or an index Name of columns. Table is without schema.
type Remedy struct {
	SQL, Table, Name, Type string
	Columns                []string
}

// Notes compares two shapes of one database and tells what is legal, and has surprised people.
func Notes(before, after *Shape) []Note {
	var notes []Note
	for i := range after.Tables {
		is := &after.Tables[i]
		was := before.Table(is.OID)
		if is.Partition {
			continue
		}
		notes = append(notes, foreignKeyNotes(after, was, is)...)
		if was != nil {
			notes = append(notes, columnNotes(after, was, is)...)
			notes = append(notes, publishedNotes(before, was, is)...)
		}
	}
	return append(notes, enumNotes(before, after)...)
}

// foreignKeyNotes: a key that deletes rows of its table, and one that has no index under it.
func foreignKeyNotes(after *Shape, was, is *Table) []Note {
	var notes []Note
	for _, k := range is.Constraints {
		parent := after.Table(k.Parent)
		if k.Kind != "f" || parent == nil || (was != nil && slices.ContainsFunc(was.Constraints, func(o Constraint) bool {
			return o.Kind == "f" && o.OnDelete == k.OnDelete && o.Parent == k.Parent && slices.Equal(o.Columns, k.Columns)
		})) {
			continue
		}
		if k.OnDelete == "c" && was != nil {
			notes = append(notes, Note{
				Table: is.Label(), Column: strings.Join(is.Names(k.Columns), ", "),
				Text:   fmt.Sprintf("a row deleted from %s now takes its rows of %s along (ON DELETE CASCADE of %s)", parent.Quoted(), is.Quoted(), k.Name),
				Advice: "whoever deletes there must mean it",
			})
		}
		if !is.indexed(k.Columns) {
			notes = append(notes, Note{
				Table: is.Label(), Column: strings.Join(is.Names(k.Columns), ", "),
				Text:   fmt.Sprintf("%s has no index on (%s): each row deleted from %s, or its key changed, scans %s", k.Name, strings.Join(is.Names(k.Columns), ", "), parent.Quoted(), is.Quoted()),
				Remedy: is.newIndex(is.Names(k.Columns)),
			})
		}
	}
	return notes
}

// newIndex creates an index of columns.
func (t *Table) newIndex(columns []string) Remedy {
	name := "ix_" + t.Name + "_" + strings.Join(columns, "_")
	quoted := make([]string, 0, len(columns))
	for _, c := range columns {
		quoted = append(quoted, query.Identifier(c))
	}
	sql := "CREATE INDEX " + query.Identifier(name) + " ON " + t.Quoted() + " (" + strings.Join(quoted, ", ") + ")"
	return Remedy{SQL: sql, Table: t.Name, Name: name, Columns: columns}
}

// indexed reports whether an index begins with these columns, in any order.
func (t *Table) indexed(columns []int16) bool {
	return slices.ContainsFunc(t.Indexes, func(x Index) bool {
		return x.Valid && x.Predicate == "" && len(x.Columns) >= len(columns) && !slices.ContainsFunc(columns, func(c int16) bool {
			return !slices.Contains(x.Columns[:len(columns)], c)
		})
	})
}

// columnNotes: another default, and an id that grew while what goes with it did not.
func columnNotes(after *Shape, was, is *Table) []Note {
	var notes []Note
	for i := range is.Columns {
		c := &is.Columns[i]
		old := was.Column(c.Number)
		if old == nil {
			continue
		}
		if old.Default != c.Default && old.Default != "" && c.Default != "" && !c.IsSerial() && old.Type == c.Type {
			notes = append(notes, Note{
				Table: is.Label(), Column: c.Name,
				Text:   fmt.Sprintf("the default of %s.%s changes from %s to %s", is.Quoted(), c.Name, old.Default, c.Default),
				Advice: "old code that relies on the default writes something else from now on",
			})
		}
		if grew(old.Base, c.Base) {
			notes = append(notes, grownNotes(after, is, c)...)
		}
	}
	return notes
}

// grew says that an integer became wider.
func grew(was, is string) bool {
	sizes := []string{"int2", "int4", "int8"}
	return slices.Contains(sizes, was) && slices.Index(sizes, is) > slices.Index(sizes, was)
}

// grownNotes: the sequence and the columns that point to a grown column and stayed small.
func grownNotes(after *Shape, t *Table, c *Column) []Note {
	var notes []Note
	types := map[string]string{"int2": "smallint", "int4": "integer", "int8": "bigint"}
	if c.Sequence != "" && c.SequenceType != types[c.Base] {
		notes = append(notes, Note{
			Table: t.Label(), Column: c.Name,
			Text:   fmt.Sprintf("%s.%s becomes %s, its sequence %s stays %s and ends where that ends", t.Quoted(), c.Name, c.Type, c.Sequence, c.SequenceType),
			Remedy: Remedy{SQL: "ALTER SEQUENCE " + c.Sequence + " AS " + c.Type},
		})
	}
	for i := range after.Tables {
		child := &after.Tables[i]
		for _, k := range child.Constraints {
			at := slices.Index(k.ParentColumns, c.Number)
			if k.Kind != "f" || k.Parent != t.OID || at < 0 {
				continue
			}
			if points := child.Column(k.Columns[at]); points != nil && grew(points.Base, c.Base) {
				notes = append(notes, Note{
					Table: child.Label(), Column: points.Name,
					Text: fmt.Sprintf("%s.%s stays %s and points to %s.%s, which becomes %s", child.Quoted(), points.Name, points.Type, t.Quoted(), c.Name, c.Type),
					Remedy: Remedy{
						SQL: "ALTER TABLE " + child.Quoted() + " ALTER COLUMN " + query.Identifier(points.Name) + " TYPE bigint", Table: child.Name, Name: points.Name, Type: "bigint",
					},
				})
			}
		}
	}
	return notes
}

// publishedNotes: a published table whose rows can no longer be told apart by subscribers.
func publishedNotes(before *Shape, was, is *Table) []Note {
	primary := func(t *Table) bool { return slices.ContainsFunc(t.Indexes, func(x Index) bool { return x.Primary }) }
	if !slices.Contains(before.Published, was.OID) || (primary(was) == primary(is) || primary(is)) && was.Replica == is.Replica {
		return nil
	}
	return []Note{{
		Table: is.Label(), Text: is.Quoted() + " is published, and its primary key or replica identity is gone: UPDATE and DELETE fail there, or subscribers lose them",
		Advice: "ALTER TABLE … REPLICA IDENTITY USING INDEX …",
	}}
}

// enumNotes: labels appended to an enum type, which sort last.
func enumNotes(before, after *Shape) []Note {
	var notes []Note
	for _, t := range after.Tables {
		for i := range t.Columns {
			c := &t.Columns[i]
			was, is := before.Enums[oidKey(c.BaseOID)], after.Labels(c)
			if c.Kind != "e" || len(was) == 0 || len(is) <= len(was) || !slices.Equal(was, is[:len(was)]) || t.Partition {
				continue
			}
			notes = append(notes, Note{
				Table: t.Label(), Column: c.Name,
				Text:   fmt.Sprintf("%s sorts behind every older value of %s.%s", query.Literal(is[len(was)]), t.Quoted(), c.Name),
				Advice: "where the order means something: ADD VALUE … BEFORE …",
			})
		}
	}
	return notes
}
