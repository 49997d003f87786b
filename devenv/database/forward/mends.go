package forward

import (
	"regexp"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// The functions in this file write the statements that restore what was lost.

// words returns a kind of object as COMMENT ON and ALTER name it.
func words(object string) string {
	kind, _, _ := strings.Cut(object, ":")
	switch kind {
	case "matview":
		return "MATERIALIZED VIEW"
	case "enum":
		return "TYPE"
	case "function": // or a procedure, or an aggregate
		return "ROUTINE"
	}
	return strings.ToUpper(kind)
}

// sqlName returns an object's name in SQL; a column's with its table, a function's with its arguments.
func sqlName(object string) string {
	kind, name, _ := strings.Cut(object, ":")
	arguments := ""
	if i := strings.Index(name, "("); kind == "function" && i >= 0 {
		name, arguments = name[:i], name[i:]
	}
	schema, name, ok := strings.Cut(name, ".")
	switch {
	case !ok:
		return query.Identifier(schema)
	case kind == "column":
		table, column, _ := strings.Cut(name, ".")
		return query.Table(schema, table) + "." + query.Identifier(column)
	}
	return query.Table(schema, name) + arguments
}

// nameOn returns the name in SQL of what belongs to a table, or to nothing, without its parent's.
func nameOn(object, parent string) string {
	_, label, _ := strings.Cut(object, ":")
	_, on, _ := strings.Cut(parent, ":")
	return query.Identifier(strings.TrimPrefix(label, on+"."))
}

// itself returns an object's definition without its comment.
func itself(o catalog.Object) string {
	if len(o.Parts) > 0 {
		return o.Parts[0]
	}
	return o.Definition
}

// commenting returns the statement that gives an object its comment back.
func commenting(object string, was catalog.Object) string {
	name := sqlName(object)
	if strings.HasPrefix(object, "constraint:") {
		name = nameOn(object, was.Parent) + " ON " + sqlName(was.Parent)
	}
	return "COMMENT ON " + words(object) + " " + name + " IS " + strings.TrimPrefix(part(was, "comment "), "comment ")
}

// commented returns a statement that makes an object anew, and the one for its comment, if it had one.
func commented(statement, object string, was catalog.Object) string {
	if part(was, "comment ") == "" {
		return statement
	}
	return statement + "; " + commenting(object, was)
}

// granting returns rights on an object as GRANT names them, a column's on its table.
func granting(rights []string, object, holder string) string {
	switch kind, _, _ := strings.Cut(object, ":"); kind {
	case "schema", "function", "sequence":
		return strings.Join(rights, ", ") + " ON " + words(object) + " " + sqlName(object)
	case "column":
		column := " (" + nameOn(object, holder) + ")"
		return strings.Join(rights, column+", ") + column + " ON " + sqlName(holder)
	}
	return strings.Join(rights, ", ") + " ON " + sqlName(object)
}

// mending returns the statement that gives a facet back.
func (s *sides) mending(object string, f facet, old string) string {
	switch f.prefix {
	case "comment ":
		return commenting(object, s.before.Catalog.Objects[object])
	case "with (":
		return "ALTER " + words(object) + " " + sqlName(object) + " SET (" + strings.TrimPrefix(old, "with (")
	case "replica identity":
		return "ALTER TABLE " + sqlName(object) + " REPLICA IDENTITY " + replica(strings.TrimPrefix(old, "replica identity "))
	case "row level security":
		return s.securing(object, old)
	case "not null":
		parent := s.before.Catalog.Objects[object].Parent
		return "ALTER TABLE " + sqlName(parent) + " ALTER " + nameOn(object, parent) + " SET NOT NULL"
	}
	return s.numbering(object, old)
}

// replica returns a replica identity in SQL, "nothing", "full" or "index crm.houses_pkey": an index goes by its own name.
func replica(identity string) string {
	index, ok := strings.CutPrefix(identity, "index ")
	if !ok {
		return strings.ToUpper(identity)
	}
	return "USING INDEX " + index[strings.LastIndex(index, ".")+1:]
}

// securing returns the statement that gives a table its row security back, or only its force.
func (s *sides) securing(table, old string) string {
	var actions []string
	if part(s.after.Catalog.Objects[table], "row level security") == "" {
		actions = append(actions, "ENABLE ROW LEVEL SECURITY")
	}
	if strings.HasSuffix(old, "forced") {
		actions = append(actions, "FORCE ROW LEVEL SECURITY")
	}
	return "ALTER TABLE " + sqlName(table) + " " + strings.Join(actions, ", ")
}

// numbering returns the statements that fill a column as before: with its sequence, if that went, and from the value
// after those in its rows. An expression cannot be added to a column that is there.
func (s *sides) numbering(column, old string) string {
	was, is := s.before.Catalog.Objects[column], s.after.Catalog.Objects[column]
	table, name := sqlName(was.Parent), nameOn(column, was.Parent)
	next := "; SELECT setval(pg_get_serial_sequence(" + query.Literal(table) + ", " +
		query.Literal(strings.TrimPrefix(column, "column:"+Label(was.Parent)+".")) + "), max(" + name + ")) FROM " + table
	switch {
	case strings.HasSuffix(old, "as identity"):
		alter := "ALTER TABLE " + table
		if part(is, "default ") != "" {
			alter += " ALTER COLUMN " + name + " DROP DEFAULT,"
		}
		if part(is, "not null") == "" {
			alter += " ALTER COLUMN " + name + " SET NOT NULL,"
		}
		return alter + " ALTER COLUMN " + name + " ADD " + strings.ToUpper(old) + next
	case strings.HasPrefix(old, "generated "):
		return "ALTER TABLE " + table + " DROP COLUMN " + name + ", ADD COLUMN " + name + " " + was.Parts[0] + " " + old
	}
	for sequence, o := range s.before.Catalog.Objects {
		_, stays := s.after.Catalog.Objects[sequence]
		if strings.HasPrefix(sequence, "sequence:") && o.Parent == column && !stays {
			return "CREATE SEQUENCE " + sqlName(sequence) + " OWNED BY " + sqlName(column) + "; " + filling(column, old) + next
		}
	}
	return filling(column, old)
}

// filling returns the statement that gives a column a default.
func filling(column, part string) string {
	schema, name, _ := strings.Cut(Label(column), ".")
	table, name, _ := strings.Cut(name, ".")
	return "ALTER TABLE " + query.Table(schema, table) + " ALTER COLUMN " + query.Identifier(name) + " SET DEFAULT " +
		strings.TrimPrefix(part, "default ")
}

// assigning returns the clause that gives a setting its assignment back, "search_path=crm, public"; without one it takes
// the setting away. Postgres writes only the settings that are lists of names with quotes.
func assigning(setting, was string) string {
	_, value, ok := strings.Cut(was, "=")
	if !ok {
		return " RESET " + setting
	}
	values := []string{query.Literal(value)}
	if regexp.MustCompile(`^(?:search_path|temp_tablespaces|\w+_preload_libraries)$`).MatchString(setting) {
		values = regexp.MustCompile(`"(?:[^"]|"")*"|[^\s,"]+`).FindAllString(value, -1)
		for i, name := range values {
			if unquoted, quoted := strings.CutPrefix(name, `"`); quoted {
				name = strings.ReplaceAll(strings.TrimSuffix(unquoted, `"`), `""`, `"`)
			}
			values[i] = query.Literal(name)
		}
	}
	return " SET " + setting + " = " + strings.Join(values, ", ")
}
