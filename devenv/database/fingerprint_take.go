package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// parallelAbove is the size of all tables in bytes above which two connections share the work.
const parallelAbove = 16 << 20

// TakeFingerprint counts and hashes every ordinary table: rows, non-null values of each column, and a hash of each column's
// content that does not depend on the order of rows. Each table is scanned once. Tables of extensions, of the system and of
// migration tools (alembic_version) are left out. Nobody may write meanwhile. The connection's settings stay as they are.
func TakeFingerprint(ctx context.Context, conn *pgx.Conn) (Fingerprint, error) {
	tables, size, err := listTables(ctx, conn)
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

// tableWork is a table to scan, and what comes out.
type tableWork struct {
	print       TablePrint
	partitioned bool
	key         []string // the primary key's columns
	estimate    int64    // rows, roughly
}

// printTables scans tables until the queue is empty, in one transaction that changes nothing.
func printTables(ctx context.Context, conn *pgx.Conn, queue <-chan *tableWork) error {
	return reading(ctx, conn, func(tx pgx.Tx) error {
		for work := range queue {
			if err := work.scan(ctx, tx); err != nil {
				return fmt.Errorf("fingerprint table %s: %w", work.print.label(), err)
			}
		}
		return nil
	})
}

// steady are settings that the text of a value depends on, and those that would hide rows or stop a long scan.
const steady = `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmlbinary = 'base64'; SET LOCAL lc_monetary = 'C';
SET LOCAL search_path = ''; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL row_security = off`

// reading runs f in a read-only transaction on one snapshot, with steady settings.
func reading(ctx context.Context, conn *pgx.Conn, f func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, steady, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		return f(tx)
	})
}

// scan counts and hashes one table, in one pass over it.
func (w *tableWork) scan(ctx context.Context, tx pgx.Tx) error {
	w.print.SampledBy = 1
	if w.estimate > sampleAbove {
		w.print.SampledBy = sampleRate
		if len(w.key) == 0 {
			w.print.SampledBy = 0
		}
	}
	columns := w.print.Columns
	targets := []any{&w.print.Rows}
	for i := range columns {
		targets = append(targets, &columns[i].Values, &columns[i].Hash)
	}
	return tx.QueryRow(ctx, w.query(), pgx.QueryExecModeSimpleProtocol).Scan(targets...)
}

// query is the scan: sums of 64-bit hashes of each value's text do not depend on the order of rows and notice duplicates.
func (w *tableWork) query() string {
	filter := ""
	if w.print.SampledBy > 1 {
		filter = fmt.Sprintf(" FILTER (WHERE %s & %d = 0)", hashOf(textOf(w.key...)), sampleRate-1)
	}
	var q strings.Builder
	q.WriteString("SELECT count(*)")
	for _, c := range w.print.Columns {
		name := quote(c.Name)
		fmt.Fprintf(&q, ", count(%s)", name)
		if w.print.SampledBy == 0 {
			q.WriteString(", ''")
			continue
		}
		fmt.Fprintf(&q, ", coalesce(sum(%s)%s, 0)::text", hashOf(textOf(c.Name)), filter)
	}
	only := "ONLY "
	if w.partitioned {
		only = ""
	}
	return q.String() + " FROM " + only + quote(w.print.Schema, w.print.Name) + " AS t"
}

func hashOf(text string) string { return "pg_catalog.hashtextextended(" + text + ", 0)" }

// textOf is the text of one column, or of several as a row. COLLATE "C" keeps a column's own collation out of the hash.
func textOf(columns ...string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = "t." + quote(c)
	}
	if len(columns) == 1 {
		return `t.` + quote(columns[0]) + `::text COLLATE "C"`
	}
	return "ROW(" + strings.Join(quoted, ", ") + `)::text COLLATE "C"`
}

// quote is an identifier as SQL wants it, its parts joined by dots.
func quote(parts ...string) string { return pgx.Identifier(parts).Sanitize() }
