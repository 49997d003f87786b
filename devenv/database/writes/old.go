package writes

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/witness"
)

// asBase inserts rows as the base's application does: with the columns that it must name, and with all that it knows.
func (w *writer) asBase(ctx context.Context) (*Failed, error) {
	for _, every := range []bool{false, true} {
		_, err := w.maker.BaseRow(ctx, w.was, w.table, every)
		if err == nil {
			continue
		}
		f, failed := w.failure(w.maker.Last(), err)
		if failed != nil {
			return nil, failed
		}
		var refused *pgconn.PgError
		if !errors.Is(err, witness.ErrUnavoidable) || !errors.As(err, &refused) {
			continue // the values are at fault, which are devenv's
		}
		f.Broken, f.Old = true, !w.affectsAll(refused)
		return f, nil
	}
	return nil, nil
}

// affectsAll reports whether the branch's application fails for the same reason: a key has lost its sequence, or the
// table itself refuses its default.
func (w *writer) affectsAll(refused *pgconn.PgError) bool {
	for i := range w.table.Columns {
		c := &w.table.Columns[i]
		was := witness.EarlierColumn(w.was, w.table, c)
		switch {
		case was == nil:
		case refused.Code == "23502" && refused.ColumnName == c.Name:
			return was.IsSerial() && c.Category == was.Category
		}
	}
	return refused.Code == "23514"
}
