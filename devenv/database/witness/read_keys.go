package witness

import (
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// similar restricts a text, if it becomes a key, to occur in two spellings.
func (r *reading) similar(t *catalog.Table, c *catalog.Column, isKey bool) {
	if isKey && c.TakesText() {
		r.add(t, Restriction{
			Kind: RestrictTwice, columns: []int16{c.Number}, almost: true,
			What: "two rows of " + t.Quoted() + " differ in " + c.Name + " by case or blanks only",
		})
	}
}

// spelled restricts a unique text that a statement compares without regard to its spelling to occur in two of them, both of
// a value that it is compared with.
func (r *reading) spelled(t *catalog.Table, c *catalog.Column, partners string) {
	if c.TakesText() && partners != "" {
		r.add(t, Restriction{
			Kind: RestrictTwice, columns: []int16{c.Number}, almost: true, expression: partners,
			What: "two rows of " + t.Quoted() + " have the same " + c.Name + ", but for its spelling",
		})
	}
}

// doubled restricts a list, in an array, in JSON or with a separator in a text, to hold each of its elements twice.
func (r *reading) doubled(t *catalog.Table, c *catalog.Column, separator string) {
	name := query.Quote(c.Name)
	list := ""
	switch {
	case strings.HasPrefix(c.Base, "json"):
		document := name + "::jsonb"
		list = "CASE WHEN jsonb_typeof(" + document + ") = 'array' AND " + document + " <> '[]' THEN " + document + " || " + document + " END"
	case c.Element != nil:
		list = "CASE WHEN cardinality(" + name + ") > 0 THEN " + name + " || " + name + " END"
	case separator != "" && c.TakesText():
		list = "CASE WHEN " + name + " <> '' THEN " + name + " || " + query.Literal(separator) + " || " + name + " END"
	}
	if list == "" || c.Generated != "" {
		return
	}
	r.add(t, Restriction{
		Kind: RestrictValue, columns: []int16{c.Number}, value: "'{}'", computed: "coalesce(max(quote_literal((" + list + ")::text)), '')",
		What: t.Quoted() + "." + c.Name + " can hold an element twice, and the migration reads it",
	})
}

// written restricts the texts that go into a key to be those that other statements write into the same table.
func (r *reading) written(s sqlText, t *catalog.Table) {
	const most = 3
	target := s.target()
	if s.verb != "insert" || target == t.Name || !r.hasKey(target) {
		return
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if !c.TakesText() || !s.reads(c.Name) || t.Unique(c.Number) {
			continue
		}
		for _, constant := range r.constants[target][:min(most, len(r.constants[target]))] {
			r.value(t, c, constant)
		}
	}
}

// constantsIn returns the texts that statements write into tables, by the tables' names.
func constantsIn(statements []string) map[string][]string {
	found := map[string][]string{}
	for _, sql := range statements {
		if s := parse(sql); s.verb == "insert" && !s.words["select"] {
			found[s.target()] = append(found[s.target()], quotedIn().FindAllString(s.text, -1)...)
		}
	}
	return found
}

// partner returns a query for the values of the column with which a statement compares a table's only column, empty if
// it compares it with none of another table.
func partner(s sqlText, t *catalog.Table, columns []int16, tables []*catalog.Table) string {
	if len(columns) != 1 {
		return ""
	}
	for _, name := range s.comparedWith(t.Column(columns[0]).Name) {
		for _, other := range tables {
			i := slices.IndexFunc(other.Columns, func(c catalog.Column) bool { return strings.EqualFold(c.Name, name) })
			if other != t && i >= 0 {
				column := query.Quote(other.Columns[i].Name)
				return "SELECT DISTINCT " + column + "::text FROM " + query.Quote(other.Schema, other.Name) + " WHERE " + column +
					" IS NOT NULL ORDER BY 1 LIMIT 2"
			}
		}
	}
	return ""
}
