package witness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// rowValues are the values that a row must have: SQL expressions by column number.
type rowValues map[int16]string

const null = "NULL"

// fullness is how many columns a generated row names.
type fullness int

const (
	// sparse rows name what they must: NOT NULL columns without a default, and columns that other restrictions are
	// about.
	sparse fullness = iota
	// full rows copy every column of an existing row, or have a value in every column.
	full
)

// RowMaker writes rows that a schema accepts: it copies what a column needs from an existing row, or makes it up by
// type, and repairs what Postgres rejects according to the error. Everything happens in the caller's transaction.
type RowMaker struct {
	tx    pgx.Tx
	shape *catalog.Shape
	// guarded are, by table, columns that a row must fill although the schema does not require it: other restrictions
	// are about them.
	guarded map[uint32][]int16
	// distinct are, by table, columns that will be part of a key, in which a row must differ from all others: it would
	// break that key otherwise, and not what it is made for.
	distinct map[uint32][]int16
	// serial numbers values that must be unique among all rows made in one transaction.
	serial int
	// statements are those that wrote the current row and its parents.
	statements []string
	// last is the last statement that was tried, successful or not.
	last string
	// known is the table as an application knows it whose row is being made; nil for any other row.
	known *catalog.Table
}

// errImplied means that the schema forbids the very row that is needed.
var errImplied = errors.New("the schema before the migration already forbids such a row")

// mostRepairs is how often a row is changed before giving up; mostParents is how deep foreign keys are followed.
const (
	mostRepairs = 12
	mostParents = 6
)

// draft is a row that is being made.
type draft struct {
	table    *catalog.Table
	wanted   rowValues
	values   rowValues
	model    map[int16]*string
	full     bool
	known    bool // its application knows an earlier shape: what it omits stays omitted
	depth    int
	repaired map[string]int
}

// attempt is one way to make a witness: the required values of one row or of several, which reference a new parent with
// values of its own if there is a reference.
type attempt struct {
	rows      []rowValues
	full      fullness
	reference *catalog.Constraint
	parent    rowValues
}

// buildError tells why a row could not be made, as opposed to why the database could not be queried.
type buildError struct{ cause error }

// Error implements error.
func (e *buildError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *buildError) Unwrap() error { return e.cause }

// NewRowMaker makes rows of a schema in a transaction, which must see that schema.
func NewRowMaker(tx pgx.Tx, shape *catalog.Shape) *RowMaker { return &RowMaker{tx: tx, shape: shape} }

// Row returns the statements that write one row with the given values, SQL expressions by column number, parents
// first. The row itself is rolled back.
func (m *RowMaker) Row(ctx context.Context, t *catalog.Table, values map[int16]string) ([]string, error) {
	return m.build(ctx, t, attempt{rows: []rowValues{values}})
}

// Last returns the last statement that was tried, successful or not.
func (m *RowMaker) Last() string { return m.last }

// Tried returns the last statement that was tried after those that wrote its parents.
func (m *RowMaker) Tried() []string { return append(slices.Clone(m.statements), m.last) }

// build makes the rows of an attempt in a savepoint, rolls it back, and returns the statements.
func (m *RowMaker) build(ctx context.Context, t *catalog.Table, a attempt) ([]string, error) {
	m.statements = nil
	inner, err := m.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing must remain
	if err := m.writeAll(ctx, t, a); err != nil {
		if errors.Is(err, errImplied) || ctx.Err() != nil || m.tx.Conn().IsClosed() {
			return nil, err
		}
		return nil, &buildError{err}
	}
	return slices.Clone(m.statements), nil
}

// writeAll writes the rows of an attempt, after their parent.
func (m *RowMaker) writeAll(ctx context.Context, t *catalog.Table, a attempt) error {
	reference := rowValues{}
	if k := a.reference; k != nil {
		parent := m.shape.Table(k.Parent)
		keys, err := m.newParent(ctx, parent, k.ParentColumns, 1, a.parent)
		if err != nil {
			return err
		}
		for i, n := range k.Columns {
			reference[n] = literalOf(parent.Column(k.ParentColumns[i]), keys[i])
		}
	}
	for _, row := range a.rows {
		row = maps.Clone(row)
		maps.Copy(row, reference)
		if _, err := m.insert(ctx, t, row, a.full, 0); err != nil {
			return err
		}
	}
	return nil
}

// insert writes a row with the required values, and returns the values of some of its columns.
func (m *RowMaker) insert(ctx context.Context, t *catalog.Table, wanted rowValues, f fullness, depth int,
	returning ...int16,
) ([]string, error) {
	if depth > mostParents {
		return nil, fmt.Errorf("the foreign keys of %s nest too deeply or form a cycle", t.Quoted())
	}
	d := &draft{table: t, wanted: wanted, values: maps.Clone(wanted), known: t == m.known, depth: depth, repaired: map[string]int{}}
	if d.values == nil {
		d.values = rowValues{}
	}
	var err error
	if d.model, err = m.model(ctx, t); err != nil {
		return nil, err
	}
	if err := m.fill(ctx, d, f); err != nil {
		return nil, err
	}
	for range mostRepairs {
		statement := d.statement()
		m.last = statement
		got, err := m.try(ctx, statement, t, returning)
		if err == nil {
			m.statements = append(m.statements, statement)
			return got, nil
		}
		if err := m.repair(ctx, d, err); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("could not make a row of %s that satisfies its constraints", t.Quoted())
}

// try runs a statement in a savepoint and returns columns of the row that it wrote.
func (m *RowMaker) try(ctx context.Context, statement string, t *catalog.Table, returning []int16) ([]string, error) {
	list := []string{"''"}
	for _, name := range t.Names(returning) {
		list = append(list, query.Quote(name)+"::text")
	}
	values := make([]string, len(list))
	targets := make([]any, len(list))
	for i := range values {
		targets[i] = &values[i]
	}
	err := pgx.BeginFunc(ctx, m.tx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, statement+" RETURNING "+strings.Join(list, ", "),
			pgx.QueryExecModeSimpleProtocol).Scan(targets...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SET CONSTRAINTS ALL IMMEDIATE")
		return err
	})
	return values[1:], err
}

// statement returns the INSERT as people would write it.
func (d *draft) statement() string {
	var names, values []string
	overriding := ""
	for _, c := range d.table.Columns {
		if v, has := d.values[c.Number]; has {
			names, values = append(names, query.Identifier(c.Name)), append(values, v)
			if c.Identity == "a" {
				overriding = "OVERRIDING SYSTEM VALUE "
			}
		}
	}
	if len(names) == 0 {
		return "INSERT INTO " + d.table.Quoted() + " DEFAULT VALUES"
	}
	return "INSERT INTO " + d.table.Quoted() + " (" + strings.Join(names, ", ") + ") " + overriding + "VALUES (" +
		strings.Join(values, ", ") + ")"
}

func (m *RowMaker) next() int { m.serial++; return m.serial }
