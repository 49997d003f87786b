package witness

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// besides restricts an INSERT … SELECT to cope with two rows that differ, but not in what becomes the key of its target:
// DISTINCT keeps both.
func (r *reading) besides(s sqlText, t *catalog.Table) {
	filled := s.filled(r.after)
	for i := range r.after.Tables {
		target := &r.after.Tables[i]
		if target.Name != s.target() {
			continue
		}
		for _, x := range target.Indexes {
			var key, beside []int16
			names := target.Names(x.Uses)
			given := x.Unique && x.Expressions == "" && x.Predicate == "" && !slices.ContainsFunc(names, func(name string) bool { return filled[name] == "" })
			for name, item := range filled {
				if slices.Contains(names, name) {
					key = append(key, columnsIn(item, t)...)
				} else {
					beside = append(beside, columnsIn(item, t)...)
				}
			}
			beside = slices.DeleteFunc(beside, func(n int16) bool { return slices.Contains(key, n) || t.Unique(n) })
			slices.Sort(key)
			slices.Sort(beside)
			key, beside = slices.Compact(key), slices.Compact(beside)
			if given && len(key) > 0 && len(beside) > 0 {
				r.add(t, Restriction{
					Kind: RestrictTwice, columns: key, beside: beside,
					What: "two rows of " + t.Quoted() + " have the same " + strings.Join(t.Names(key), ", ") + ", and differ in " +
						strings.Join(t.Names(beside), ", "),
				})
			}
		}
	}
}

// filled returns the expressions that an INSERT … SELECT writes, by the names of its target's columns.
func (s sqlText) filled(after *catalog.Shape) map[string]string {
	m := regexp.MustCompile(`(?is)\bINSERT\s+INTO\s+(?:"?\w+"?\.)?"?(\w+)"?(?:\s+AS\s+\w+)?\s*(?:\(([^()]*)\))?\s*` +
		`SELECT\s+(?:DISTINCT\s+)?(.*)`).FindStringSubmatch(s.plain)
	if m == nil {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(m[2], ",") {
		names = append(names, strings.Trim(name, "\" \n\t"))
	}
	if i := slices.IndexFunc(after.Tables, func(t catalog.Table) bool { return t.Name == m[1] }); i >= 0 && m[2] == "" {
		names = nil
		for _, c := range after.Tables[i].Columns {
			names = append(names, c.Name)
		}
	}
	filled := map[string]string{}
	for i, item := range selected(m[3]) {
		if i < len(names) {
			filled[names[i]] = item
		}
	}
	return filled
}

// selected returns the expressions of a SELECT up to its FROM.
func selected(list string) (items []string) {
	depth, start := 0, 0
	from := regexp.MustCompile(`(?i)^\sFROM\b`)
	for i := range list {
		switch {
		case list[i] == '(':
			depth++
		case list[i] == ')':
			depth--
		case depth == 0 && list[i] == ',':
			items, start = append(items, list[start:i]), i+1
		case depth == 0 && from.MatchString(list[i:]):
			return append(items, list[start:i])
		}
	}
	return append(items, list[start:])
}

// columnsIn returns the columns of a table that an expression names, without those that number its rows.
func columnsIn(expression string, t *catalog.Table) (columns []int16) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Generated == "" && !c.IsSerial() && regexp.MustCompile(`(?i)`+nameIn(c.Name)).MatchString(expression) {
			columns = append(columns, c.Number)
		}
	}
	return columns
}

// differing attempts a row that has the key of one and, in other columns, values of others.
func (b *breaker) differing(ctx context.Context, r Restriction) ([]attempt, error) {
	var taken, conditions, order []string
	columns := slices.Concat(r.columns, r.beside)
	table := query.Quote(r.before.Schema, r.before.Name)
	for i, name := range r.before.Names(columns) {
		name = query.Quote(name)
		if i < len(r.columns) {
			conditions = append(conditions, "a."+name+"::text <> ''") // nor NULL: both are often left out
			order = append(order, "a."+name+"::text")
			taken = append(taken, "a."+name+"::text")
		} else {
			order = slices.Insert(order, 0, "a."+name+" IS NULL")
			taken = append(taken, fmt.Sprintf("(SELECT min(b.%s::text) FROM %s b WHERE b.%[1]s::text <> a.%[1]s::text)", name, table))
		}
	}
	var values []*string
	err := b.maker.tx.QueryRow(ctx, fmt.Sprintf("SELECT ARRAY[%s] FROM (SELECT * FROM %s a WHERE %s ORDER BY %s LIMIT 1) a",
		strings.Join(taken, ", "), table, strings.Join(conditions, " AND "), strings.Join(order, ", "))).Scan(&values)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	row, differs := rowValues{}, false
	for i, n := range columns {
		if values[i] != nil {
			row[n] = literalOf(r.before.Column(n), *values[i])
			differs = differs || i >= len(r.columns)
		}
	}
	if !differs {
		return nil, nil
	}
	return []attempt{{rows: []rowValues{row}}}, nil
}

// castsIn returns the types to which functions that statements create cast what they are given.
func castsIn(statements []string) map[string]*catalog.Column {
	casts := map[string]*catalog.Column{}
	head := regexp.MustCompile(`(?is)^\s*CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(?:"?\w+"?\.)?"?(\w+)"?\s*\(`)
	for _, sql := range statements {
		m := head.FindStringSubmatchIndex(sql)
		if m == nil {
			continue
		}
		for _, at := range regexp.MustCompile(`(?is)::\s*"?([a-z_]\w*)|\bCAST\s*\([^()]*\bAS\s+"?(\w+)|\b(to_date|to_timestamp|to_number)\s*\(`).
			FindAllStringSubmatch(sql[m[1]:], -1) {
			kind := kindNamed(at[1] + at[2])
			if at[3] != "" {
				kind = converted(strings.ToLower(at[3]), "")
			}
			if name := strings.ToLower(sql[m[2]:m[3]]); kind != nil && casts[name] == nil {
				casts[name] = kind
			}
		}
	}
	return casts
}

// castBy returns the type to which one of some functions casts a column, nil if none does.
func (s sqlText) castBy(functions map[string]*catalog.Column, column string) *catalog.Column {
	for name, kind := range functions {
		for _, at := range regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(name)+`\s*\(`).FindAllStringIndex(s.plain, -1) {
			if regexp.MustCompile(`(?i)` + nameIn(column)).MatchString(s.plain[at[1]-1 : closing(s.plain, at[1]-1)]) {
				return kind
			}
		}
	}
	return nil
}
