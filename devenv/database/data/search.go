package data

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// search looks for the lost rows and values of one table in other places.
type search struct {
	*sides
	other *elsewhere
	// moved are the ids of lost rows that are in another table.
	moved map[string]bool
}

// withoutMoved returns the changes without the losses whose rows or values are in another place.
func (w *search) withoutMoved(ctx context.Context, before *pgx.Conn, changes []Change) ([]Change, error) {
	var rest []Change
	for _, c := range changes {
		var there bool
		var err error
		switch c.Kind {
		case RowsLost, TableDropped:
			err = w.findRows(ctx, before)
			lost := c.Before - c.After - int64(len(w.moved))
			there, c.After = lost <= 0, c.Before-lost
		case ColumnDropped, ValuesLost:
			// A dropped column may have been copied, together with other values or as another type.
			if there = c.Kind == ColumnDropped && w.holdsAll(c.Column); !there {
				there, err = w.livesOn(ctx, c.Column)
			}
		}
		if err != nil {
			return nil, err
		}
		if !there {
			rest = append(rest, c)
		}
	}
	return rest, nil
}
