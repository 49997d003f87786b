package witness

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// outcome is the wanted result of an expression.
type outcome int

const (
	holds outcome = iota // true or, for a CHECK, unknown
	fails                // false, or an error
	errs                 // an error
)

// maxCombinations limits what is tried for one expression, maxColumns how many of its columns are varied, and
// maxResults how many results are returned.
const (
	maxCombinations = 600
	maxColumns      = 3
	maxResults      = 24
)

// valueFinder looks for column values that give an expression an outcome. It knows no algebra: it tries what the
// types and the constants in the expression suggest, and lets Postgres judge.
type valueFinder struct {
	maker *RowMaker
	// table has the current columns; names has them as the expression calls them.
	table, names *catalog.Table
	expression   string
	columns      []int16
	fixed        rowValues
}

// find returns the values that it found, the most plausible first.
func (s valueFinder) find(ctx context.Context, want outcome) ([]rowValues, error) {
	for _, n := range s.columns {
		if s.table.Column(n) == nil {
			return nil, nil // a column that does not exist yet
		}
	}
	model, err := s.maker.model(ctx, s.table)
	if err != nil {
		return nil, err
	}
	return s.among(ctx, s.combinations(model), want)
}

// among returns those of some values that have an outcome.
func (s valueFinder) among(ctx context.Context, combinations []rowValues, want outcome) ([]rowValues, error) {
	if want != errs {
		if found, err := s.ask(ctx, combinations, want); err == nil {
			return found, nil
		} else if !query.Refused(err) {
			return nil, err
		}
	}
	return s.askEach(ctx, combinations, want)
}

// combinations returns the values to try, column by column.
func (s valueFinder) combinations(model map[int16]*string) []rowValues {
	rows := []rowValues{{}}
	varied := 0
	for _, n := range s.columns {
		c := s.table.Column(n)
		values := s.candidates(c, model[n])
		if v, fixed := s.fixed[n]; fixed {
			values = []string{v}
		} else if varied++; varied > maxColumns {
			values = values[:1]
		}
		var next []rowValues
		for _, v := range values {
			for _, row := range rows {
				if len(next) < maxCombinations {
					extended := rowValues{n: v}
					for k, old := range row {
						extended[k] = old
					}
					next = append(next, extended)
				}
			}
		}
		rows = next
	}
	return rows
}

// candidates returns values of a column worth trying, first those of existing rows, of what may be there today, and of the
// expression's constants.
func (s valueFinder) candidates(c *catalog.Column, model *string) []string {
	var values []string
	add := func(texts ...string) {
		for _, v := range texts {
			if v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	if model != nil {
		add(literalOf(c, *model))
	}
	switch {
	case c.Kind == "e":
		for _, label := range s.maker.shape.Labels(c) {
			add(query.Literal(label))
		}
	case c.Category == "N":
		for _, text := range []string{s.expression, s.today(c)} {
			for _, m := range append(numbersIn().FindAllStringSubmatch(text, 12), quotedNumbersIn().FindAllStringSubmatch(text, 12)...) {
				add(m[1])
				if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
					add(strconv.FormatInt(n-1, 10), strconv.FormatInt(n+1, 10))
				}
			}
		}
		add("0", "1", "-1", "100", "30000")
	case c.Base == "bool":
		add("true", "false")
	case c.TakesText():
		if model != nil {
			add(literalOf(c, ofSameForm(*model)))
		}
		for _, m := range quotedIn().FindAllStringSubmatch(s.today(c), 24) {
			add("'" + m[1] + "'")
		}
		for _, m := range quotedIn().FindAllStringSubmatch(s.expression, 12) {
			add("'"+m[1]+"'", "'"+ofSameForm(m[1])+"'", "'"+m[1]+"x'")
		}
		add("'devenv'", "''", "'n/a'", "'1'", "'devenv@example.org'", "'{'",
			fmt.Sprintf("repeat('x', %d)", max(c.Length, 300*(1-min(c.Length, 1)))))
	default:
		for _, text := range []string{s.expression, s.today(c)} {
			for _, m := range quotedIn().FindAllStringSubmatch(text, 6) {
				add("'" + m[1] + "'")
			}
		}
		add(otherValues(c)...)
	}
	return append(values, null)
}

// today returns the CHECKs that a column's values satisfy now, its domain's among them: their constants are what rows may
// hold, even if none does.
func (s valueFinder) today(c *catalog.Column) string {
	var checks strings.Builder
	for _, k := range s.table.Constraints {
		if k.Kind == "c" && slices.Contains(k.Columns, c.Number) {
			checks.WriteString(k.Expression + "\n")
		}
	}
	for _, k := range c.DomainChecks {
		checks.WriteString(k.Expression + "\n")
	}
	return checks.String()
}

// otherValues returns values of types that are not numbers, booleans, texts or enums.
func otherValues(c *catalog.Column) []string {
	switch {
	case c.Base == "date":
		return []string{"'2024-01-01'", "'1900-01-01'", "'2999-12-31'"}
	case strings.HasPrefix(c.Base, "timestamp"):
		return []string{"'2024-01-01 12:00:00'", "'1900-01-01 00:00:00'", "'2999-12-31 00:00:00'"}
	case strings.HasPrefix(c.Base, "json"):
		return []string{"'{}'", "'[]'", "'null'", "'1'"}
	case c.Base == "interval":
		return []string{"'1 day'", "'-1 day'", "'100 years'"}
	case c.Kind == "r":
		return []string{newRange(c, 1), "'empty'"}
	case c.Category == "A":
		return []string{"'{}'"}
	}
	return []string{newValue(c, 1, nil)}
}

// source returns a row of values with the names that the expression uses.
func (s valueFinder) source(values []rowValues) string {
	rows := make([]string, len(values))
	for i, v := range values {
		parts := []string{strconv.Itoa(i)}
		for _, n := range s.columns {
			parts = append(parts, "("+v[n]+")::"+s.table.Column(n).BaseType)
		}
		rows[i] = "(" + strings.Join(parts, ", ") + ")"
	}
	names := []string{"devenv_row"}
	for _, n := range s.columns {
		name := s.table.Column(n).Name
		if c := s.names.Column(n); c != nil {
			name = c.Name
		}
		names = append(names, query.Quote(name))
	}
	return "(VALUES " + strings.Join(rows, ", ") + ") AS t(" + strings.Join(names, ", ") + ")"
}

// ask judges all combinations in one query.
func (s valueFinder) ask(ctx context.Context, values []rowValues, want outcome) ([]rowValues, error) {
	condition := "(" + s.expression + ") IS NOT FALSE"
	if want == fails {
		condition = "(" + s.expression + ") IS FALSE"
	}
	var found []rowValues
	err := pgx.BeginFunc(ctx, s.maker.tx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx,
			fmt.Sprintf("SELECT devenv_row FROM %s WHERE %s ORDER BY 1 LIMIT %d", s.source(values), condition, maxResults),
			pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return err
		}
		var i int
		_, err = pgx.ForEachRow(rows, []any{&i}, func() error { found = append(found, values[i]); return nil })
		return err
	})
	return found, err
}

// askEach judges one combination after the other, so that a rejected one does not affect the others.
func (s valueFinder) askEach(ctx context.Context, values []rowValues, want outcome) ([]rowValues, error) {
	const most = 60
	var found []rowValues
	for _, v := range values[:min(most, len(values))] {
		_, err := s.ask(ctx, []rowValues{v}, holds)
		refused := query.Refused(err)
		if err != nil && !refused {
			return nil, err
		}
		if state := query.State(err); refused && state != "" && state[:2] != "22" {
			return nil, nil // the expression itself is invalid
		}
		if refused == (want != holds) {
			found = append(found, v)
		}
	}
	return found[:min(len(found), maxResults)], nil
}
