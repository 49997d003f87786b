package catalog

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/query"
)

// Note is a legal property of a migration that is worth knowing. Table is schema.table.
type Note struct {
	Table, Column, Text, Advice string
	// Remedy is a change to propose, before the advice.
	Remedy Remedy
}

// Remedy is a change made by SQL: any change, the type of a column (Table, Name, Type), or an index Name on columns.
// Table has no schema.
type Remedy struct {
	SQL, Table, Name, Type string
	Columns                []string
}

// Notes compares two shapes of one database and returns legal changes that have surprised people.
func Notes(before, after *Shape) []Note {
	var notes []Note
	for i := range after.Tables {
		is := &after.Tables[i]
		was := before.Table(is.OID)
		if is.Partition {
			continue
		}
		notes = append(notes, foreignKeyNotes(before, after, was, is)...)
		if was != nil {
			notes = append(notes, columnNotes(after, was, is)...)
			notes = append(notes, publishedNotes(before, was, is)...)
		}
	}
	return append(notes, enumNotes(before, after)...)
}

// foreignKeyNotes finds foreign keys that now delete rows of their table, and new ones without a supporting index.
func foreignKeyNotes(before, after *Shape, was, is *Table) []Note {
	var notes []Note
	for _, k := range is.Constraints {
		parent := after.Table(k.Parent)
		if k.Kind != "f" || parent == nil || (was != nil && slices.ContainsFunc(was.Constraints, func(o Constraint) bool {
			return o.Kind == "f" && o.OnDelete == k.OnDelete && o.Parent == k.Parent && slices.Equal(o.Columns, k.Columns)
		})) {
			continue
		}
		if k.OnDelete == "c" && was != nil && !was.cascadesBy(k) {
			also := " now also"
			if before.Table(k.Parent) == nil {
				also = ", which is new,"
			}
			notes = append(notes, Note{
				Table: is.Label(), Column: strings.Join(is.Names(k.Columns), ", "),
				Text: fmt.Sprintf("deleting a row of %s%s deletes its rows in %s (ON DELETE CASCADE of %s)",
					parent.Quoted(), also, is.Quoted(), k.Name),
				Advice: "make sure that every such DELETE intends this",
			})
		}
		if !is.indexed(k.Columns) {
			notes = append(notes, Note{
				Table: is.Label(), Column: strings.Join(is.Names(k.Columns), ", "),
				Text: fmt.Sprintf("%s has no index on (%s): deleting a row of %s, or changing its key, scans %s", k.Name,
					strings.Join(is.Names(k.Columns), ", "), parent.Quoted(), is.Quoted()),
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

// cascadesBy reports whether a foreign key of the table deleted at least the rows that this one deletes: it had the same
// parent and some of the columns.
func (t *Table) cascadesBy(k Constraint) bool {
	return slices.ContainsFunc(t.Constraints, func(o Constraint) bool {
		return o.Kind == "f" && o.OnDelete == "c" && o.Parent == k.Parent && !slices.ContainsFunc(o.Columns, func(c int16) bool {
			return !slices.Contains(k.Columns, c)
		})
	})
}

// indexed reports whether an index begins with one of these columns: what looks for all of them then reads no other rows
// of the table than those with its value.
func (t *Table) indexed(columns []int16) bool {
	return slices.ContainsFunc(t.Indexes, func(x Index) bool {
		return x.Valid && x.Predicate == "" && len(x.Columns) > 0 && slices.Contains(columns, x.Columns[0])
	})
}

// columnNotes finds changed defaults, and ids that grew while related columns or sequences did not.
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
				Advice: "old code that relies on the default now writes another value",
			})
		}
		if widened(old.Base, c.Base) {
			notes = append(notes, widenedNotes(after, is, c)...)
		}
	}
	return notes
}

// widened reports whether an integer became wider.
func widened(was, is string) bool {
	sizes := []string{"int2", "int4", "int8"}
	return slices.Contains(sizes, was) && slices.Index(sizes, is) > slices.Index(sizes, was)
}

// widenedNotes finds the sequence and the referencing columns of a widened column that stayed narrow.
func widenedNotes(after *Shape, t *Table, c *Column) []Note {
	var notes []Note
	types := map[string]string{"int2": "smallint", "int4": "integer", "int8": "bigint"}
	if c.Sequence != "" && c.SequenceType != types[c.Base] {
		notes = append(notes, Note{
			Table: t.Label(), Column: c.Name,
			Text: fmt.Sprintf("%s.%s becomes %s, but its sequence %s stays %s and ends at that type's limit", t.Quoted(), c.Name, c.Type,
				c.Sequence, c.SequenceType),
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
			if points := child.Column(k.Columns[at]); points != nil && widened(points.Base, c.Base) {
				notes = append(notes, Note{
					Table: child.Label(), Column: points.Name,
					Text: fmt.Sprintf("%s.%s stays %s but references %s.%s, which becomes %s", child.Quoted(),
						points.Name, points.Type, t.Quoted(),
						c.Name, c.Type),
					Remedy: Remedy{
						SQL:   "ALTER TABLE " + child.Quoted() + " ALTER COLUMN " + query.Identifier(points.Name) + " TYPE bigint",
						Table: child.Name,
						Name:  points.Name, Type: "bigint",
					},
				})
			}
		}
	}
	return notes
}

// publishedNotes finds published tables whose rows subscribers can no longer identify.
func publishedNotes(before *Shape, was, is *Table) []Note {
	primary := func(t *Table) bool { return slices.ContainsFunc(t.Indexes, func(x Index) bool { return x.Primary }) }
	if !slices.Contains(before.Published, was.OID) || (primary(was) == primary(is) || primary(is)) && was.Replica == is.Replica {
		return nil
	}
	return []Note{{
		Table: is.Label(), Text: is.Quoted() + " is published, and its primary key or replica identity is gone: UPDATE and DELETE fail " +
			"there, or subscribers lose them",
		Advice: "ALTER TABLE … REPLICA IDENTITY USING INDEX …",
	}}
}

// enumNotes finds labels appended to an enum type, which sort last.
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
				Text:   fmt.Sprintf("%s sorts after every older value of %s.%s", query.Literal(is[len(was)]), t.Quoted(), c.Name),
				Advice: "if the order matters: ADD VALUE … BEFORE …",
			})
		}
	}
	return notes
}
