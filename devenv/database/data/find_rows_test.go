package data

import (
	"context"
	"errors"
	"strconv"
	"testing"
)

// manyRows are rows with a key of which the first part is the same in all.
func manyRows(rows int) (lostRows, *keptIn) {
	l := lostRows{types: []string{"integer", "integer"}, names: []string{"body"}}
	t := &keptIn{print: TablePrint{Columns: []ColumnPrint{{Name: "tenant"}, {Name: "number"}, {Name: "text"}}}}
	for n := range rows {
		tenant, number, body := "1", strconv.Itoa(n), "text "+strconv.Itoa(n)
		l.keys, l.values = append(l.keys, []string{tenant, number}), append(l.values, []*string{&body})
		t.rows = append(t.rows, []*string{&tenant, &number, &body})
	}
	return l, t
}

func TestRowsOfOneTenantAreFoundQuickly(t *testing.T) {
	t.Parallel()
	const rows = 20_000 // several minutes if each is compared with each
	lost, table := manyRows(rows)
	moved, err := lost.movedTo(t.Context(), []*keptIn{table})
	if err != nil {
		t.Fatal(err)
	}
	for n, there := range moved {
		if !there {
			t.Fatalf("row %d of %d is not found", n, rows)
		}
	}
}

func TestSearchForRowsEndsWithItsContext(t *testing.T) {
	t.Parallel()
	lost, table := manyRows(2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lost.movedTo(ctx, []*keptIn{table}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a search that ends", err)
	}
}
