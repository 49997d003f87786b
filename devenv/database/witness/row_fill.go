package witness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
)

// fill sets a value for each column that the row must name.
func (m *RowMaker) fill(ctx context.Context, d *draft, f fullness) error {
	d.full = d.full || f == full
	for i := range d.table.Columns {
		c := &d.table.Columns[i]
		if _, has := d.values[c.Number]; has || c.Generated != "" || c.IsSerial() {
			continue
		}
		required := c.NotNull && !c.FillsItself()
		guarded := slices.Contains(m.guarded[d.table.OID], c.Number)
		switch {
		case required, guarded && (c.Default == "" || m.isDistinct(d.table, c)), d.full:
			if err := m.setValue(ctx, d, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// isDistinct reports whether a row must differ from all others in a column.
func (m *RowMaker) isDistinct(t *catalog.Table, c *catalog.Column) bool {
	return slices.Contains(m.distinct[t.OID], c.Number)
}

// setValue sets a column to the model row's value, a parent's key, or a value made up by type.
func (m *RowMaker) setValue(ctx context.Context, d *draft, c *catalog.Column) error {
	if _, has := d.values[c.Number]; has {
		return nil // a foreign key of several columns has set it
	}
	if d.table.Unique(c.Number) || m.isDistinct(d.table, c) {
		return m.makeUnique(ctx, d, c)
	}
	if text := d.model[c.Number]; text != nil {
		d.values[c.Number] = literalOf(c, *text)
		return nil
	}
	if k := d.table.ForeignKey(c.Number); k != nil {
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
	d.values[c.Number] = newValue(c, m.next(), m.shape.Labels(c))
	return nil
}

// point makes a foreign key reference a parent: an existing one or, with anew, a new one.
func (m *RowMaker) point(ctx context.Context, d *draft, k *catalog.Constraint, anew bool) error {
	parent := m.shape.Table(k.Parent)
	if parent == nil {
		return fmt.Errorf("the table that %s references is unknown", k.Name)
	}
	if parent.OID == d.table.OID && d.model == nil {
		return m.selfReference(ctx, d, k)
	}
	keys, err := m.existing(ctx, parent, k.ParentColumns)
	if err == nil && (keys == nil || anew) {
		keys, err = m.newParent(ctx, parent, k.ParentColumns, d.depth+1, nil)
	}
	if err != nil {
		return err
	}
	for i, n := range k.Columns {
		d.values[n] = literalOf(parent.Column(k.ParentColumns[i]), keys[i])
	}
	return nil
}

// newParent creates a parent. Its key is written out, far from its sequence's next value, and even if a function gives
// it: the statements must mean the same when they run again. Other columns may have values.
func (m *RowMaker) newParent(ctx context.Context, t *catalog.Table, key []int16, depth int, values rowValues) ([]string, error) {
	w := rowValues{}
	maps.Copy(w, values)
	for _, n := range key {
		switch c := t.Column(n); {
		case c.IsSerial():
			text, err := m.aggregate(ctx, t, aboveMaximum(c, farAway+m.next()))
			if err != nil {
				return nil, err
			}
			w[n] = text
		case strings.Contains(c.Default, "(") && (c.Base == "uuid" || c.TakesText()):
			w[n] = freshValue(c, m.next(), "")
		}
	}
	return m.insert(ctx, t, w, sparse, depth, key...)
}

// farAway is added to numbers that must reference no row, now or soon.
const farAway = 1000

// selfReference handles the first row of a table that must reference itself.
func (m *RowMaker) selfReference(ctx context.Context, d *draft, k *catalog.Constraint) error {
	for i, n := range k.Columns {
		key := d.table.Column(k.ParentColumns[i])
		if _, has := d.values[key.Number]; !has {
			if err := m.makeUnique(ctx, d, key); err != nil {
				return err
			}
		}
		d.values[n] = d.values[key.Number]
	}
	return nil
}
