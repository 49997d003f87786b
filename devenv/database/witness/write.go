package witness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/offending"
	"devenv/devenv/database/query"
)

// Written are the rows that a witness wrote to a database, so that they can be removed.
type Written struct{ rows []writtenRow }

type writtenRow struct{ table, place string }

// Write runs a witness's statements and records what they wrote. If the server rejects one, Write returns the refusal
// and no error, and the rows are as before.
func Write(ctx context.Context, conn *pgx.Conn, w Witness) (written Written, refusal string, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, insert := range w.Inserts {
			var row writtenRow
			err := tx.QueryRow(ctx, insert+" RETURNING tableoid::regclass::text, ctid::text",
				pgx.QueryExecModeSimpleProtocol).Scan(&row.table,
				&row.place)
			if err != nil {
				return err
			}
			written.rows = append(written.rows, row)
		}
		return nil
	})
	if query.Refused(err) {
		return Written{}, err.Error(), nil
	}
	if err != nil {
		return Written{}, "", fmt.Errorf("write a row that breaks %s: %w", w.Restriction.What, err)
	}
	return written, "", nil
}

// Remove removes the rows of a witness, in a database where nothing else has been written since: a failed migration
// that was rolled back has left them where they were.
func (w Written) Remove(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		err := pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
			_, err := inner.Exec(ctx, "SET LOCAL session_replication_role = replica") // no trigger may stop it
			return err
		})
		if err != nil && !query.Refused(err) {
			return err
		}
		for _, row := range slices.Backward(w.rows) {
			if _, err := tx.Exec(ctx, "DELETE FROM ONLY "+row.table+" WHERE ctid = $1::tid", pgx.QueryExecModeSimpleProtocol,
				row.place); err != nil {
				return fmt.Errorf("remove a row of %s: %w", row.table, err)
			}
		}
		return nil
	})
}

// Blame returns how well an error of Postgres fits a restriction; 0 means not at all.
func (r Restriction) Blame(v offending.Violation) int {
	score := 0
	table := v.Table != "" && (v.Table == r.before.Name || v.Table == r.after.Name)
	if v.Constraint != "" && v.Constraint == r.Name {
		score += 8
	}
	if table && v.Column != "" && slices.Contains(append(r.after.Names(r.columns), r.Columns...), v.Column) {
		score += 4
	}
	if table {
		score += 2
	}
	for _, name := range append([]string{r.Name, r.after.Name}, r.after.Names(r.columns)...) {
		if name != "" && mentions(v.Statement, name) {
			score++
		}
	}
	if score > 0 && slices.Contains(statesOf(r.Kind), v.SQLState) {
		score += 2
	}
	return score
}

// statesOf returns the SQLSTATEs that a kind of restriction usually causes.
func statesOf(kind Kind) []string {
	data := []string{"22001", "22003", "22P02", "22007", "22008", "22012", "22023", "22P03", "54000"}
	switch kind {
	case RestrictNotNull:
		return []string{"23502"}
	case RestrictUnique:
		return []string{"23505"}
	case RestrictForeignKey:
		return []string{"23503"}
	case RestrictCheck:
		return append(data, "23514")
	case RestrictExclude:
		return []string{"23P01"}
	case RestrictType, RestrictLabel, RestrictExpression, RestrictCast:
		return data
	case RestrictRow:
		return []string{"23502", "23503", "23505", "55006"}
	}
	return nil
}

// mentions reports whether a statement contains a name as a word.
func mentions(statement, name string) bool {
	for at := 0; ; {
		i := strings.Index(statement[at:], name)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(name)
		if (start == 0 || !wordByte(statement[start-1])) && (end == len(statement) || !wordByte(statement[end])) {
			return true
		}
		at = end
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
