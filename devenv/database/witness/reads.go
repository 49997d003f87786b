package witness

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// WithStatements adds to the restrictions of a move what no schema shows: the values that its statements, or the code
// that reads their results, may not cope with. They are legal: whether the migration copes is tried.
func WithStatements(before, after *catalog.Shape, known []Restriction, statements []string) []Restriction {
	r := reading{before: before, after: after, known: known, constants: constantsIn(statements), casts: castsIn(statements)}
	findKept(known, statements)
	for _, sql := range statements {
		s := parse(sql)
		r.sql = sql
		r.cuts(s, statements)
		r.removes(s, statements)
		switch {
		case s.isQuery():
			r.query(s)
		case s.moves():
			r.move(s)
		}
	}
	// Where it is not clear which row breaks the move, only the first few are tried by themselves.
	slices.SortStableFunc(r.found, func(a, b Restriction) int { return last(a.fresh) - last(b.fresh) })
	return append(known, r.found...)
}

// last ranks what comes after the rest.
func last(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// reading collects what statements read. A column is restricted once, whatever reads it.
type reading struct {
	before, after *catalog.Shape
	known, found  []Restriction
	sql           string // the statement that is read
	// constants are the texts that statements write into tables, by their names.
	constants map[string][]string
	// casts are the types to which functions of the migration cast, by the functions' names.
	casts map[string]*catalog.Column
}

// mostRead is how many restrictions come from what statements read.
const mostRead = 60

func (r *reading) add(t *catalog.Table, found Restriction) {
	is := r.after.Table(t.OID)
	if is == nil {
		is = t
	}
	found.Table, found.before, found.after = t.Label(), t, is
	found.Columns = t.Names(found.columns)
	has := func(o Restriction) bool { return o.What == found.What || o.isAbout(found) }
	if len(r.found) < mostRead && !slices.ContainsFunc(r.known, has) && !slices.ContainsFunc(r.found, has) {
		r.found = append(r.found, found)
	}
}

// isAbout reports whether a witness of the restriction also is one of a column's value.
func (r Restriction) isAbout(value Restriction) bool {
	if value.Kind != RestrictValue || r.Table != value.Table || !slices.Equal(r.Columns, value.Columns) {
		return false
	}
	return r.Kind == RestrictNotNull && value.value == null || r.Kind == RestrictType && value.value != null
}

// value restricts a column to cope with one value.
func (r *reading) value(t *catalog.Table, c *catalog.Column, value string) {
	r.valueIf(t, c, value, "")
}

// valueIf does so if the rows show that values of this kind occur.
func (r *reading) valueIf(t *catalog.Table, c *catalog.Column, value, shown string) {
	if c.Generated != "" || value == null && c.NotNull || t.ForeignKey(c.Number) != nil && value != null {
		return
	}
	r.add(t, Restriction{
		Kind: RestrictValue, columns: []int16{c.Number}, value: value, shown: shown,
		What: t.Quoted() + "." + c.Name + " can be " + value + ", and the migration reads it",
	})
}

// tables returns the tables that a statement names, as they are before the migration.
func (r *reading) tables(s sqlText) (tables []*catalog.Table) {
	for i := range r.before.Tables {
		if t := &r.before.Tables[i]; !t.Partition && s.names(t.Name) {
			tables = append(tables, t)
		}
	}
	return tables
}

// query restricts what a SELECT reads for the code that runs it: what a column's type or its own CHECK allows. Other
// dirt is no fault, since the data may never hold it.
func (r *reading) query(s sqlText) {
	for _, t := range r.tables(s) {
		r.anyRow(t)
		for i := range t.Columns {
			c := &t.Columns[i]
			if c.IsSerial() || !s.reads(c.Name) {
				continue
			}
			r.value(t, c, null)
			for _, label := range r.before.Labels(c) {
				r.value(t, c, literalOf(c, label))
			}
			for _, constant := range listed(t, c) {
				r.value(t, c, constant)
			}
			r.unknown(t, c)
			r.doubled(t, c, "")
			if strings.HasPrefix(c.Base, "json") && readsAlone(s, t, c) {
				r.valueIf(t, c, "'{}'", differInMembers(c))
			}
		}
	}
}

// readsAlone reports whether a statement reads no other column of a table than this one and serials, so that the code
// cannot know which members to expect from what else the row says.
func readsAlone(s sqlText, t *catalog.Table, c *catalog.Column) bool {
	return !slices.ContainsFunc(t.Columns, func(o catalog.Column) bool {
		return o.Name != c.Name && !o.IsSerial() && s.reads(o.Name)
	})
}

// differInMembers returns an aggregate: whether the objects of a JSON column differ in their members, so that code may
// meet one without a member that the migration reads.
func differInMembers(c *catalog.Column) string {
	document := query.Quote(c.Name) + "::jsonb"
	object := "CASE WHEN jsonb_typeof(" + document + ") = 'object' THEN " + document + " END"
	return "count(DISTINCT (SELECT string_agg(k, ',' ORDER BY k) FROM jsonb_object_keys(" + object + ") k)) > 1"
}

// onlyArrays returns an aggregate: whether the rows show arrays in a JSON column, and nothing else.
func onlyArrays(c *catalog.Column) string {
	kind := "jsonb_typeof(" + query.Quote(c.Name) + "::jsonb)"
	return "coalesce(bool_and(" + kind + " IN ('array', 'null')) AND bool_or(" + kind + " = 'array'), false)"
}

// unknown restricts a column to cope with a text that no row has: code that reads it may look it up in a list.
func (r *reading) unknown(t *catalog.Table, c *catalog.Column) {
	if c.TakesText() && c.Generated == "" && t.ForeignKey(c.Number) == nil && !t.Unique(c.Number) {
		value := freshValue(c, len(r.found)+1, "") // another one for each column, which tells them apart
		r.add(t, Restriction{
			Kind: RestrictValue, columns: []int16{c.Number}, value: value, fresh: true,
			What: t.Quoted() + "." + c.Name + " can be another text than those in the data, such as " + value + ", and the migration reads it",
		})
	}
}

// listed returns the texts that a CHECK of the table lists for a column.
func listed(t *catalog.Table, c *catalog.Column) (constants []string) {
	const most = 6
	for _, k := range t.Constraints {
		if k.Kind != "c" || !c.TakesText() || !slices.Equal(k.Columns, []int16{c.Number}) {
			continue
		}
		constants = append(constants, quotedIn().FindAllString(k.Expression, most)...)
	}
	return constants
}

// move restricts what an UPDATE or an INSERT … SELECT reads.
func (r *reading) move(s sqlText) {
	tables := r.tables(s)
	for _, t := range tables {
		r.anyRow(t)
		for i := range t.Columns {
			c := &t.Columns[i]
			if s.reads(c.Name) && !c.IsSerial() {
				r.column(s, t, c)
			}
		}
		r.written(s, t)
	}
	r.children(s, tables)
	r.twice(s, tables)
}

// column restricts one column that a statement reads.
func (r *reading) column(s sqlText, t *catalog.Table, c *catalog.Column) {
	kind := s.castOf(c.Name)
	if kind == nil {
		kind = s.castBy(r.casts, c.Name)
	}
	switch {
	case c.TakesText() && kind != nil:
		for _, v := range texts(c, kind) {
			r.value(t, c, v)
		}
	case c.TakesText() && s.splits():
		r.value(t, c, freshValue(c, 1, ""))
		r.value(t, c, "''")
	case c.Category == "N" && s.calculates():
		r.value(t, c, "0")
		r.value(t, c, "-1")
		r.subtracted(s, t, c)
	case strings.HasPrefix(c.Base, "json"):
		r.valueIf(t, c, "'{}'", "NOT "+onlyArrays(c))
		r.valueIf(t, c, "'[]'", onlyArrays(c))
		for _, key := range s.keysOf(c.Name) {
			r.valueIf(t, c, `'{"`+key+`": "N/A"}'`, holdsText(c, key))
		}
	case c.Element != nil:
		r.value(t, c, "'{}'")
	case strings.HasPrefix(c.Base, "float") && kind != nil:
		r.valueIf(t, c, "'NaN'", "coalesce(bool_or("+query.Quote(c.Name)+"::text IN ('NaN', 'Infinity', '-Infinity')), false)")
	}
	if r.hasKey(s.target()) {
		r.doubled(t, c, s.separator(c.Name))
	}
	if s.multiplies(c.Name) {
		r.larger(t, c)
	}
	r.value(t, c, null)
}

// larger restricts an integer to cope with a hundred times the largest number in the data: a product may not fit then.
func (r *reading) larger(t *catalog.Table, c *catalog.Column) {
	most := map[string]string{"int2": "32767", "int4": "2147483647"}[c.Base]
	if most == "" || c.Generated != "" || t.ForeignKey(c.Number) != nil {
		return
	}
	largest := "max(" + query.Quote(c.Name) + ")"
	r.add(t, Restriction{
		Kind: RestrictValue, columns: []int16{c.Number}, value: most,
		computed: "CASE WHEN " + largest + " > 0 THEN least(" + largest + "::numeric * 100, " + most + ")::int8::text ELSE '' END",
		What:     t.Quoted() + "." + c.Name + " can be a hundred times the largest in the data, and the migration multiplies it",
	})
}

// holdsText returns an aggregate: whether a member of a JSON column is a text in some row, or in none has any other type.
func holdsText(c *catalog.Column, key string) string {
	kind := "nullif(jsonb_typeof(" + query.Quote(c.Name) + "::jsonb -> " + query.Literal(key) + "), 'null')"
	return "coalesce(bool_or(" + kind + " = 'string'), true)"
}

// anyRow restricts a table without rows to have one: nothing is proved without.
func (r *reading) anyRow(t *catalog.Table) {
	if !t.Rows {
		r.add(t, Restriction{Kind: RestrictRow, What: t.Quoted() + ", which has no rows in the data, gets one"})
	}
}

// twice restricts a statement to cope with two rows of which it may expect one: in a subquery that gives one value, in
// what a join finds, in what becomes a key.
func (r *reading) twice(s sqlText, tables []*catalog.Table) {
	target := s.target()
	for _, t := range tables {
		var compared, keyed []int16
		for i := range t.Columns {
			c := &t.Columns[i]
			switch {
			case c.Generated != "" || c.IsSerial():
			case t.Unique(c.Number):
				if s.verb == "update" && target == t.Name && s.reads(c.Name) && c.TakesText() {
					r.similar(t, c, true)
				}
				if target != t.Name && s.compares(c.Name) && s.folds(c.Name) && s.expectsOne() {
					r.spelled(t, c, partner(s, t, []int16{c.Number}, tables))
				}
			case s.compares(c.Name) && target != t.Name:
				compared = append(compared, c.Number)
			case s.reads(c.Name) && target != t.Name && s.verb == "insert":
				keyed = append(keyed, c.Number)
				r.similar(t, c, r.hasKey(target))
			}
		}
		if target != t.Name {
			r.besides(s, t)
		}
		for _, columns := range [][]int16{compared, keyed} {
			if len(columns) > 0 && (s.expectsOne() || r.hasKey(target)) {
				r.add(t, Restriction{
					Kind: RestrictTwice, columns: columns, expression: partner(s, t, columns, tables),
					What: "two rows of " + t.Quoted() + " have the same " + strings.Join(t.Names(columns), ", "),
				})
			}
		}
	}
}

// hasKey reports whether a table has a key that is not numbered by a sequence.
func (r *reading) hasKey(name string) bool {
	return slices.ContainsFunc(r.after.Tables, func(t catalog.Table) bool {
		return t.Name == name && slices.ContainsFunc(t.Indexes, func(x catalog.Index) bool {
			return x.Unique && !slices.ContainsFunc(x.Uses, func(n int16) bool { c := t.Column(n); return c != nil && c.IsSerial() })
		})
	})
}

// wordsIn finds the names in a statement.
func wordsIn() *regexp.Regexp { return regexp.MustCompile(`"(?:[^"]|"")+"|[A-Za-z_][\w$]*`) }
