package witness

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// repair changes a draft according to Postgres's error. An error that it returns is final: errImplied if the required
// values themselves are rejected, else the reason why no row can be made.
func (m *RowMaker) repair(ctx context.Context, d *draft, err error) error {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return err
	}
	what := refused.Code + refused.ConstraintName + refused.ColumnName
	d.repaired[what]++
	refusal := fmt.Errorf("%s rejects it: %w", d.table.Quoted(), refused)
	if d.known && d.unavoidable(refused) {
		return fmt.Errorf("%w: %w", ErrUnavoidable, refused)
	}
	elsewhere := refused.TableName != "" && refused.TableName != d.table.Name && !d.table.Partitioned
	if d.repaired[what] > 3 || elsewhere && refused.Code != "23514" {
		return refusal
	}
	switch refused.Code {
	case "23502":
		return m.repairMissing(ctx, d, refused, refusal)
	case "23505", "23P01":
		return m.repairTaken(ctx, d, refused, refusal)
	case "23503":
		return m.repairOrphan(ctx, d, refused, refusal)
	case "23514":
		return m.repairCheck(ctx, d, refused, refusal)
	}
	if len(d.wanted) > 0 && (refused.Code[:2] == "22") {
		return errImplied // the value does not even fit the current type
	}
	return refusal
}

func (m *RowMaker) repairMissing(ctx context.Context, d *draft, refused *pgconn.PgError, refusal error) error {
	i := slices.IndexFunc(d.table.Columns, func(c catalog.Column) bool { return c.Name == refused.ColumnName })
	if i < 0 {
		return refusal
	}
	c := &d.table.Columns[i]
	if _, wanted := d.wanted[c.Number]; wanted {
		return errImplied
	}
	delete(d.values, c.Number)
	if c.IsSerial() {
		return m.makeUnique(ctx, d, c)
	}
	d.values[c.Number] = newValue(c, m.next(), m.shape.Labels(c))
	return nil
}

// repairTaken changes the value of one column of a unique or exclusion key: one that is not required to have its
// value, foreign keys last, and each time another one.
func (m *RowMaker) repairTaken(ctx context.Context, d *draft, refused *pgconn.PgError, refusal error) error {
	columns := m.taken(d.table, refused)
	free := slices.DeleteFunc(slices.Clone(columns), func(n int16) bool {
		_, wanted := d.wanted[n]
		return wanted || d.table.Column(n) == nil || d.table.Column(n).Generated != ""
	})
	if len(free) == 0 {
		if len(columns) == 0 {
			return refusal
		}
		return errImplied
	}
	slices.SortStableFunc(free, func(a, b int16) int {
		return replacementCost(d.table.Column(a), d.table) - replacementCost(d.table.Column(b), d.table)
	})
	tried := d.repaired[refused.Code+refused.ConstraintName+refused.ColumnName] - 1 // another value of the first did not do
	c := d.table.Column(free[min(tried, len(free)-1)])
	if tried > 0 && !c.NotNull {
		d.values[c.Number] = null // which no key compares, unless it joins NULLs
		return nil
	}
	return m.makeUnique(ctx, d, c)
}

// replacementCost ranks columns by how hard it is to find another value for them.
func replacementCost(c *catalog.Column, t *catalog.Table) int {
	switch {
	case t.ForeignKey(c.Number) != nil:
		return 2
	case c.Kind == "e" || c.Base == "bool":
		return 1
	}
	return 0
}

// repairOrphan makes a foreign key reference a parent.
func (m *RowMaker) repairOrphan(ctx context.Context, d *draft, refused *pgconn.PgError, refusal error) error {
	i := slices.IndexFunc(d.table.Constraints, func(k catalog.Constraint) bool { return k.Kind == "f" && k.Name == refused.ConstraintName })
	if i < 0 {
		return refusal
	}
	k := &d.table.Constraints[i]
	for _, n := range k.Columns {
		if _, wanted := d.wanted[n]; wanted {
			return errImplied
		}
	}
	return m.point(ctx, d, k, d.repaired["23503"+k.Name] > 1)
}

// repairCheck copies the rest of an existing row, which meets every CHECK; else it looks for values that meet this
// one.
func (m *RowMaker) repairCheck(ctx context.Context, d *draft, refused *pgconn.PgError, refusal error) error {
	if !d.full && d.model != nil {
		return m.fill(ctx, d, full)
	}
	i := slices.IndexFunc(d.table.Constraints, func(k catalog.Constraint) bool { return k.Kind == "c" && k.Name == refused.ConstraintName })
	if i < 0 {
		return refusal
	}
	k := &d.table.Constraints[i]
	s := valueFinder{maker: m, table: d.table, names: d.table, expression: k.Expression, columns: k.Columns, fixed: d.wanted}
	results, err := s.find(ctx, holds)
	if err != nil {
		return err
	}
	if len(results) == 0 {
		if len(d.wanted) > 0 && !slices.ContainsFunc(k.Columns, func(n int16) bool { _, wanted := d.wanted[n]; return !wanted }) {
			return errImplied
		}
		return refusal
	}
	for n, v := range results[min(d.repaired["23514"+k.Name]-1, len(results)-1)] {
		d.values[n] = v
	}
	return nil
}

// makeUnique gives a column a value that no row has.
func (m *RowMaker) makeUnique(ctx context.Context, d *draft, c *catalog.Column) error {
	if k := d.table.ForeignKey(c.Number); k != nil {
		return m.point(ctx, d, k, true)
	}
	n := m.next()
	if expression := aboveMaximum(c, n); expression != "" {
		return m.compute(ctx, d, c, expression)
	}
	if labels := m.shape.Labels(c); c.Kind == "e" && len(labels) > 0 {
		d.values[c.Number] = query.Literal(labels[n%len(labels)])
		return nil
	}
	like := ""
	if text := d.model[c.Number]; text != nil {
		like = *text
	}
	d.values[c.Number] = freshValue(c, n, like)
	return nil
}

// compute gives a column the value of an expression over its table.
func (m *RowMaker) compute(ctx context.Context, d *draft, c *catalog.Column, expression string) error {
	var text string
	err := m.tx.QueryRow(ctx, "SELECT ("+expression+")::text FROM "+query.Quote(d.table.Schema, d.table.Name)).Scan(&text)
	if err != nil {
		return fmt.Errorf("find a new value for %s.%s: %w", d.table.Quoted(), c.Name, err)
	}
	d.values[c.Number] = literalOf(c, text)
	return nil
}

// taken returns the columns of a key that a row violates. A partition's index has its own name, and may number its
// columns differently.
func (m *RowMaker) taken(t *catalog.Table, refused *pgconn.PgError) []int16 {
	i := slices.IndexFunc(m.shape.Tables, func(p catalog.Table) bool {
		return p.Partition && p.Schema == refused.SchemaName && p.Name == refused.TableName
	})
	if !t.Partitioned || i < 0 {
		return t.KeyOf(refused.ConstraintName)
	}
	partition := &m.shape.Tables[i]
	names := partition.Names(partition.KeyOf(refused.ConstraintName))
	var columns []int16
	for _, c := range t.Columns {
		if slices.Contains(names, c.Name) {
			columns = append(columns, c.Number)
		}
	}
	return columns
}

// numbersIn matches the numbers and quotedIn the quoted texts in an SQL expression.
func numbersIn() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^\w'.])\(?(-?\d+(?:\.\d+)?)`) }

func quotedNumbersIn() *regexp.Regexp { return regexp.MustCompile(`'(-?\d+(?:\.\d+)?)'`) }

func quotedIn() *regexp.Regexp { return regexp.MustCompile(`'((?:[^']|'')*)'`) }
