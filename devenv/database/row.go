package database

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// wish is the values that a row must have: SQL expressions by column number.
type wish map[int16]string

const null = "NULL"

// fullness is how many columns a row that is made names.
type fullness int

const (
	// sparse rows name what they must: NOT NULL without a default, and what other restrictions are about.
	sparse fullness = iota
	// full rows are like a row that is there in every column, or have a value in every column.
	full
)

// rowMaker writes rows that a schema takes: what a column needs is copied from a row that is there, or made by its type, and
// what Postgres refuses is repaired by what it said. Everything happens in the caller's transaction.
type rowMaker struct {
	tx    pgx.Tx
	shape *Shape
	// guarded are columns that a row must fill although it need not, by table: other restrictions are about them.
	guarded map[uint32][]int16
	// serial numbers values that must be unique, over all rows that one transaction makes.
	serial int
	// statements are those that wrote the current row and its parents.
	statements []string
	// last is the statement that was tried last, taken or refused.
	last string
}

// errImplied means that the schema forbids the very row that is wanted.
var errImplied = errors.New("the schema before forbids such a row already")

// mostRepairs is how often a row is changed before it is given up; mostParents how deep foreign keys are followed.
const (
	mostRepairs = 12
	mostParents = 6
)

// draft is a row in the making.
type draft struct {
	table    *Table
	wanted   wish
	values   wish
	model    map[int16]*string
	full     bool
	depth    int
	repaired map[string]int
}

// insert writes a row with the wanted values, and returns the values of some of its columns.
func (m *rowMaker) insert(ctx context.Context, t *Table, wanted wish, f fullness, depth int, returning ...int16) ([]string, error) {
	if depth > mostParents {
		return nil, fmt.Errorf("the foreign keys of %s lead too far, or in a circle", t.quoted())
	}
	d := &draft{table: t, wanted: wanted, values: maps.Clone(wanted), depth: depth, repaired: map[string]int{}}
	if d.values == nil {
		d.values = wish{}
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
	return nil, fmt.Errorf("no row of %s could be made that its constraints take", t.quoted())
}

// model reads the first row of a table, as text; nil when it holds none.
func (m *rowMaker) model(ctx context.Context, t *Table) (map[int16]*string, error) {
	if len(t.Columns) == 0 {
		return nil, nil
	}
	list := make([]string, len(t.Columns))
	values := make([]*string, len(t.Columns))
	targets := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = "t." + quote(c.Name) + "::text"
		targets[i] = &values[i]
	}
	err := m.tx.QueryRow(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+quote(t.Schema, t.Name)+" AS t ORDER BY "+t.order()+" LIMIT 1",
		pgx.QueryExecModeSimpleProtocol).Scan(targets...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a row of %s: %w", t.quoted(), err)
	}
	model := map[int16]*string{}
	for i, c := range t.Columns {
		model[c.Number] = values[i]
	}
	return model, nil
}

// order is the physical order, so that the same row is read each time; a partitioned table has none.
func (t *Table) order() string {
	if t.Partitioned {
		return "tableoid, ctid"
	}
	return "ctid"
}

// fill gives a value to each column that the row must name.
func (m *rowMaker) fill(ctx context.Context, d *draft, f fullness) error {
	d.full = d.full || f == full
	for i := range d.table.Columns {
		c := &d.table.Columns[i]
		if _, has := d.values[c.Number]; has || c.Generated != "" || c.serial() {
			continue
		}
		required := c.NotNull && !c.fills()
		guarded := slices.Contains(m.guarded[d.table.OID], c.Number)
		switch {
		case required, guarded && c.Default == "", d.full:
			if err := m.give(ctx, d, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// give gives a column the model's value, a parent's key, or one made by its type.
func (m *rowMaker) give(ctx context.Context, d *draft, c *Column) error {
	if _, has := d.values[c.Number]; has {
		return nil // a foreign key of several columns has given it
	}
	if d.table.unique(c.Number) {
		return m.freshen(ctx, d, c)
	}
	if text := d.model[c.Number]; text != nil {
		d.values[c.Number] = c.literal(*text)
		return nil
	}
	if k := d.table.foreignKey(c.Number); k != nil {
		if d.model != nil && !c.NotNull {
			d.values[c.Number] = null
			return nil
		}
		return m.point(ctx, d, k, false)
	}
	if d.model != nil && !c.NotNull {
		d.values[c.Number] = null
		return nil
	}
	d.values[c.Number] = c.made(m.next(), m.shape.labels(c))
	return nil
}

// point makes a foreign key lead to a parent: one that is there, or with anew one that is made.
func (m *rowMaker) point(ctx context.Context, d *draft, k *Constraint, anew bool) error {
	parent := m.shape.Table(k.Parent)
	if parent == nil {
		return fmt.Errorf("the table that %s points to is not known", k.Name)
	}
	if parent.OID == d.table.OID && d.model == nil {
		return m.pointToItself(ctx, d, k)
	}
	keys, err := m.existing(ctx, parent, k.ParentColumns)
	if err == nil && (keys == nil || anew) {
		keys, err = m.newParent(ctx, parent, k.ParentColumns, d.depth+1)
	}
	if err != nil {
		return err
	}
	for i, n := range k.Columns {
		d.values[n] = parent.Column(k.ParentColumns[i]).literal(keys[i])
	}
	return nil
}

// newParent makes a parent. Its key is written out, far from what its sequence gives next: the statements must mean the same
// when they are run again.
func (m *rowMaker) newParent(ctx context.Context, t *Table, key []int16, depth int) ([]string, error) {
	w := wish{}
	for _, n := range key {
		if c := t.Column(n); c.serial() {
			text, err := m.aggregate(ctx, t, c.beyond(farAway+m.next()))
			if err != nil {
				return nil, err
			}
			w[n] = text
		}
	}
	return m.insert(ctx, t, w, sparse, depth, key...)
}

// farAway is added to numbers that must lead to no row, now or soon.
const farAway = 1000

// pointToItself is for the first row of a table that points to itself and must.
func (m *rowMaker) pointToItself(ctx context.Context, d *draft, k *Constraint) error {
	for i, n := range k.Columns {
		key := d.table.Column(k.ParentColumns[i])
		if _, has := d.values[key.Number]; !has {
			if err := m.freshen(ctx, d, key); err != nil {
				return err
			}
		}
		d.values[n] = d.values[key.Number]
	}
	return nil
}

// existing reads the key of a row that is there; nil when the table holds none.
func (m *rowMaker) existing(ctx context.Context, t *Table, columns []int16) ([]string, error) {
	row, err := m.find(ctx, t, "true", columns)
	return row, err
}

// find reads columns of the first row that meets a condition and has them all; nil when there is none.
func (m *rowMaker) find(ctx context.Context, t *Table, condition string, columns []int16) ([]string, error) {
	list, conditions := []string{}, []string{condition}
	for _, name := range t.names(columns) {
		list = append(list, "t."+quote(name)+"::text")
		conditions = append(conditions, "t."+quote(name)+" IS NOT NULL")
	}
	values := make([]string, len(list))
	targets := make([]any, len(list))
	for i := range values {
		targets[i] = &values[i]
	}
	err := m.tx.QueryRow(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+quote(t.Schema, t.Name)+" AS t WHERE ("+strings.Join(conditions, ") AND (")+
		") ORDER BY "+t.order()+" LIMIT 1", pgx.QueryExecModeSimpleProtocol).Scan(targets...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return values, err
}

// try runs a statement in a savepoint and reads columns of what it wrote.
func (m *rowMaker) try(ctx context.Context, statement string, t *Table, returning []int16) ([]string, error) {
	list := []string{"''"}
	for _, name := range t.names(returning) {
		list = append(list, quote(name)+"::text")
	}
	values := make([]string, len(list))
	targets := make([]any, len(list))
	for i := range values {
		targets[i] = &values[i]
	}
	err := pgx.BeginFunc(ctx, m.tx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, statement+" RETURNING "+strings.Join(list, ", "), pgx.QueryExecModeSimpleProtocol).Scan(targets...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SET CONSTRAINTS ALL IMMEDIATE")
		return err
	})
	return values[1:], err
}

// statement is the INSERT as people would write it.
func (d *draft) statement() string {
	var names, values []string
	overriding := ""
	for _, c := range d.table.Columns {
		if v, has := d.values[c.Number]; has {
			names, values = append(names, plain(c.Name)), append(values, v)
			if c.Identity == "a" {
				overriding = "OVERRIDING SYSTEM VALUE "
			}
		}
	}
	if len(names) == 0 {
		return "INSERT INTO " + d.table.quoted() + " DEFAULT VALUES"
	}
	return "INSERT INTO " + d.table.quoted() + " (" + strings.Join(names, ", ") + ") " + overriding + "VALUES (" + strings.Join(values, ", ") + ")"
}

func (m *rowMaker) next() int { m.serial++; return m.serial }
