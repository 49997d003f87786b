package witness

import (
	"context"
	"fmt"
	"maps"
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

// Alike counts the rows of the data that look like the last row of a witness, as far as its restriction concerns
// columns; known is false if it concerns none. The rows that witnesses wrote do not count.
func (w Witness) Alike(ctx context.Context, conn *pgx.Conn, written []Written) (rows int64, known bool, err error) {
	t := w.Restriction.before
	var conditions, own []string
	for _, n := range slices.Sorted(maps.Keys(w.wanted)) {
		c := t.Column(n)
		conditions = append(conditions, query.Quote(c.Name)+" IS NOT DISTINCT FROM ("+w.wanted[n]+")::"+c.BaseType)
	}
	if len(conditions) == 0 {
		return 0, false, nil
	}
	for _, set := range written {
		for _, row := range set.rows {
			own = append(own, query.Literal(row.place)+"::tid")
		}
	}
	sql := "SELECT count(*) FROM " + query.Quote(t.Schema, t.Name) + " WHERE " + strings.Join(conditions, " AND ") +
		" AND ctid <> ALL(ARRAY[" + strings.Join(own, ", ") + "]::tid[])"
	err = conn.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&rows)
	if query.Refused(err) {
		return 0, false, nil // a type without equality
	}
	return rows, err == nil, err
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
	switch {
	case r.Kind == RestrictValue:
		score += r.explains(v)
	case r.Kind == RestrictChild && v.SQLState == "22012":
		score += 6 // a zero in a row of its own is tried as well, but a sum hides it
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
	case RestrictType, RestrictLabel, RestrictExpression:
		return data
	case RestrictChild:
		return []string{"22012"}
	case RestrictTwice:
		return []string{"21000", "23505", "23P01"}
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

// holdsRefused reports whether a JSON value holds the text that a message says is no value of a type.
func holdsRefused(value, message string) bool {
	_, refused, ok := strings.Cut(message, ": ")
	return ok && len(refused) > 2 && strings.HasPrefix(refused, `"`) && strings.Contains(value, refused)
}

// explains returns how well a value fits what a statement, or the code that reads a column, says about it.
func (r Restriction) explains(v offending.Violation) int {
	text := strings.Trim(r.value, "'")
	switch {
	case r.value == null:
		if v.SQLState == "23502" || strings.Contains(v.Message, "NoneType") || v.SQLState == "22004" {
			return 4
		}
	case v.SQLState == "22012" || strings.Contains(v.Message, "division by zero"):
		if r.value == "0" {
			return 4
		}
	case v.SQLState == "2201E" || v.SQLState == "2201F":
		if r.value == "0" || r.value == "-1" {
			return 4
		}
	case strings.Contains(v.Message, `"`+text+`"`) || strings.Contains(v.Message, "'"+text+"'"), holdsRefused(text, v.Message):
		return 5
	case v.SQLState == "23505" && text != "" && strings.Contains(v.Detail, "=("+text+")"):
		return 8
	case strings.HasPrefix(v.SQLState, "22") && r.value != "0" && r.value != "-1":
		return 2
	}
	return 0
}
