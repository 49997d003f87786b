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

// outcome is what an expression should come to.
type outcome int

const (
	holds outcome = iota // true or, for a CHECK, unknown
	fails                // false, or an error
	errs                 // an error
)

// mostCombinations limits what is tried for one expression, mostSolved how many columns of it are varied, and
// mostSolutions how many answers are given.
const (
	mostCombinations = 600
	mostSolved       = 3
	mostSolutions    = 24
)

// solver looks for values of columns that make an expression come to an outcome. It knows no algebra: it tries what the
// types and the constants in the expression suggest, and lets Postgres judge.
type solver struct {
	maker *RowMaker
	// table has the columns as they are; names has them as the expression calls them.
	table, names *catalog.Table
	expression   string
	columns      []int16
	fixed        wish
}

// solve returns the values that were found, in the order of plausibility.
func (s solver) solve(ctx context.Context, want outcome) ([]wish, error) {
	for _, n := range s.columns {
		if s.table.Column(n) == nil {
			return nil, nil // a column that is not there yet
		}
	}
	model, err := s.maker.model(ctx, s.table)
	if err != nil {
		return nil, err
	}
	combinations := s.combinations(model)
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
func (s solver) combinations(model map[int16]*string) []wish {
	rows := []wish{{}}
	varied := 0
	for _, n := range s.columns {
		c := s.table.Column(n)
		values := s.candidates(c, model[n])
		if v, fixed := s.fixed[n]; fixed {
			values = []string{v}
		} else if varied++; varied > mostSolved {
			values = values[:1]
		}
		var next []wish
		for _, v := range values {
			for _, row := range rows {
				if len(next) < mostCombinations {
					extended := wish{n: v}
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

// candidates returns values of a column worth trying, those of real rows and of the expression's constants first.
func (s solver) candidates(c *catalog.Column, model *string) []string {
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
		for _, m := range append(numbersIn().FindAllStringSubmatch(s.expression, 12), quotedNumbersIn().FindAllStringSubmatch(s.expression, 12)...) {
			add(m[1])
			if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
				add(strconv.FormatInt(n-1, 10), strconv.FormatInt(n+1, 10))
			}
		}
		add("0", "1", "-1", "100", "30000")
	case c.Base == "bool":
		add("true", "false")
	case c.TakesText():
		for _, m := range quotedIn().FindAllStringSubmatch(s.expression, 12) {
			add("'"+m[1]+"'", "'"+m[1]+"x'")
		}
		add("'devenv'", "''", "'n/a'", "'1'", "'devenv@example.org'", "'{'", fmt.Sprintf("repeat('x', %d)", max(c.Length, 300*(1-min(c.Length, 1)))))
	default:
		for _, m := range quotedIn().FindAllStringSubmatch(s.expression, 6) {
			add("'" + m[1] + "'")
		}
		add(otherValues(c)...)
	}
	return append(values, null)
}

// otherValues returns values of types that are neither numbers, truth, texts nor enums.
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
		return []string{madeRange(c, 1), "'empty'"}
	case c.Category == "A":
		return []string{"'{}'"}
	}
	return []string{madeValue(c, 1, nil)}
}

// source returns a row of values under the names that the expression uses.
func (s solver) source(values []wish) string {
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
func (s solver) ask(ctx context.Context, values []wish, want outcome) ([]wish, error) {
	condition := "(" + s.expression + ") IS NOT FALSE"
	if want == fails {
		condition = "(" + s.expression + ") IS FALSE"
	}
	var found []wish
	err := pgx.BeginFunc(ctx, s.maker.tx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, fmt.Sprintf("SELECT devenv_row FROM %s WHERE %s ORDER BY 1 LIMIT %d", s.source(values), condition, mostSolutions),
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

// askEach judges one combination after the other, so that one which is refused stands for itself.
func (s solver) askEach(ctx context.Context, values []wish, want outcome) ([]wish, error) {
	const most = 60
	var found []wish
	for _, v := range values[:min(most, len(values))] {
		_, err := s.ask(ctx, []wish{v}, holds)
		refused := query.Refused(err)
		if err != nil && !refused {
			return nil, err
		}
		if state := query.State(err); refused && state != "" && state[:2] != "22" {
			return nil, nil // the expression itself cannot be asked
		}
		if refused == (want != holds) {
			found = append(found, v)
		}
	}
	return found[:min(len(found), mostSolutions)], nil
}
