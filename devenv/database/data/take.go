package data

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"devenv/devenv/database/query"
)

// parallelAbove is the total size of all tables in bytes above which two connections share the work.
const parallelAbove = 16 << 20

// Take returns a function that counts and hashes every ordinary table: its rows, the non-null values of each column,
// and a hash of each column's content that does not depend on the order of rows. It scans each table once. It leaves
// out tables of extensions, of the system and of the migration tool. Nobody may write meanwhile. The connection's
// settings are unchanged.
func Take(versions query.VersionTable) func(context.Context, *pgx.Conn) (Fingerprint, error) {
	return func(ctx context.Context, conn *pgx.Conn) (Fingerprint, error) { return take(ctx, conn, versions) }
}

func take(ctx context.Context, conn *pgx.Conn, versions query.VersionTable) (Fingerprint, error) {
	tables, size, err := listTables(ctx, conn, versions)
	if err != nil {
		return Fingerprint{}, fmt.Errorf("list the tables to fingerprint: %w", err)
	}
	conns := []*pgx.Conn{conn}
	if size > parallelAbove && len(tables) > 1 {
		second, err := pgx.ConnectConfig(ctx, conn.Config())
		if err != nil {
			return Fingerprint{}, fmt.Errorf("fingerprint the data: %w", err)
		}
		defer second.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it only read
		conns = append(conns, second)
	}
	queue := make(chan *tableWork, len(tables))
	for i := range tables {
		queue <- &tables[i]
	}
	close(queue)
	group, ctx := errgroup.WithContext(ctx)
	for _, c := range conns {
		group.Go(func() error { return printTables(ctx, c, queue) })
	}
	if err := group.Wait(); err != nil {
		return Fingerprint{}, err
	}
	fingerprint := Fingerprint{Tables: make([]TablePrint, len(tables))}
	for i := range tables {
		fingerprint.Tables[i] = tables[i].print
	}
	return fingerprint, nil
}

// tableWork is a table to scan, and the result.
type tableWork struct {
	print    TablePrint
	estimate int64 // approximate number of rows
}

// tablesAtOnce and columnsAtOnce limit a transaction's locks and a query's columns: a server has room for some
// thousands of the former, and for 1,664 of the latter.
const (
	tablesAtOnce  = 500
	columnsAtOnce = 500
)

// printTables scans tables until the queue is empty, in read-only transactions.
func printTables(ctx context.Context, conn *pgx.Conn, queue <-chan *tableWork) error {
	for more := true; more; {
		err := query.Read(ctx, conn, func(tx pgx.Tx) error {
			for range tablesAtOnce {
				var work *tableWork
				if work, more = <-queue; !more {
					return nil
				}
				if err := work.scan(ctx, tx); err != nil {
					return fmt.Errorf("fingerprint table %s: %w", work.print.label(), err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// scan counts and hashes one table, in a single pass unless it has very many columns.
func (w *tableWork) scan(ctx context.Context, tx pgx.Tx) error {
	w.print.SampledBy = 1
	if w.estimate > sampleAbove {
		w.print.SampledBy = sampleRate
		if len(w.print.Key) == 0 {
			w.print.SampledBy = 0
		}
	}
	for first := 0; first == 0 || first < len(w.print.Columns); first += columnsAtOnce {
		part := w.print
		part.Columns = w.print.Columns[first:min(first+columnsAtOnce, len(w.print.Columns))]
		if err := part.scan(ctx, tx); err != nil {
			return err
		}
		w.print.Rows = part.Rows
	}
	return nil
}

// scan counts and hashes the table's columns.
func (t *TablePrint) scan(ctx context.Context, tx pgx.Tx) error {
	var found []string
	if err := tx.QueryRow(ctx, t.query(), pgx.QueryExecModeSimpleProtocol).Scan(&t.Rows, &found); err != nil {
		return err
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		values, err := strconv.ParseInt(found[4*i], 10, 64)
		if err != nil {
			return err
		}
		c.Values, c.Hash, c.Keyed = values, found[4*i+1], found[4*i+2]
		c.Filled = c.Filled && found[4*i+3] == "true"
	}
	return nil
}

// query returns the scan: the number of rows, and an array of four texts for each column. Sums of 64-bit hashes of
// each value's text do not depend on the order of rows and detect duplicates; mixed with the hash of the row's key
// they detect swapped values. Each hash is computed once, in the inner query.
func (t TablePrint) query() string {
	var inner, outer []string
	for i, c := range t.Columns {
		n := strconv.Itoa(i)
		inner = append(inner, "t."+query.Quote(c.Name)+" IS NOT NULL AS n"+n)
		counts := "(count(*) FILTER (WHERE n" + n + "))::text"
		if t.SampledBy == 0 {
			outer = append(outer, counts, "''", "''", "''")
			continue
		}
		hash := hashOf(textOf(c.Name))
		if t.SampledBy > 1 {
			hash = "CASE WHEN " + t.sample(t.SampledBy) + " THEN " + hash + " END"
		}
		inner = append(inner, hash+" AS h"+n)
		keyed := "''"
		if len(t.Key) > 0 {
			keyed = "coalesce(sum(h" + n + " # k), 0)::text"
		}
		same := "''"
		if c.Filled { // it has a default
			same = "coalesce((min(h" + n + ") = max(h" + n + "))::text, '')"
		}
		outer = append(outer, counts, "coalesce(sum(h"+n+"), 0)::text", keyed, same)
	}
	if len(t.Key) > 0 && t.SampledBy > 0 {
		inner = append(inner, hashOf(textOf(t.Key...))+" AS k")
	}
	return "SELECT count(*), ARRAY[" + strings.Join(outer, ", ") + "]::text[] FROM (SELECT " + strings.Join(inner, ", ") +
		" FROM " + t.source() + " AS t OFFSET 0) AS s"
}

// sample returns a condition that selects one row in rate, a power of two, by its key.
func (t TablePrint) sample(rate int) string {
	return fmt.Sprintf("%s & %d = 0", hashOf(textOf(t.Key...)), rate-1)
}

// source returns the table for a query: with its partitions, without other tables that inherit from it.
func (t TablePrint) source() string {
	if len(t.Partitions) > 0 {
		return query.Quote(t.Schema, t.Name)
	}
	return "ONLY " + query.Quote(t.Schema, t.Name)
}

func hashOf(text string) string { return "pg_catalog.hashtextextended(" + text + ", 0)" }

// textOf returns an expression for the text of one column, or of several as a row. COLLATE "C" keeps a column's own
// collation out of the hash.
func textOf(columns ...string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = "t." + query.Quote(c)
	}
	if len(columns) == 1 {
		return `t.` + query.Quote(columns[0]) + `::text COLLATE "C"`
	}
	return "ROW(" + strings.Join(quoted, ", ") + `)::text COLLATE "C"`
}
