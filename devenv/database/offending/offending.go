// Package offending finds the rows that made a statement fail, from Postgres's error and the statement's text. It may
// use data, catalog and query.
package offending

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/database/query"
)

// Violation is what Postgres and the migration tool reported about a failed statement. Empty fields are unknown.
type Violation struct {
	SQLState, Message, Detail         string
	Schema, Table, Column, Constraint string
	// Statement is the SQL text that failed.
	Statement string
}

// Found are the rows behind a failure: their number, the first few by primary key ("id=3"), and a query that finds
// them. It is zero if they cannot be derived.
type Found struct {
	Rows  int64    `json:"rows,omitempty"`
	Keys  []string `json:"keys,omitempty"`
	Query string   `json:"query,omitempty"`
	// Schema and Table are the rows' table, Column is the one with the wrong values: Postgres does not name them for
	// every SQLSTATE. Column is empty if there are several or none.
	Schema string `json:"schema,omitempty"`
	Table  string `json:"table,omitempty"`
	Column string `json:"column,omitempty"`
}

// Find finds the rows that made a statement fail, in a database as it was before that statement, or before its
// transaction. It supports 23502, 23503, 23505, 23514, 23P01, 54000 and values that do not fit a column's new type
// (22001, 22003, 22007, 22008, 22P02); another SQLSTATE, or a statement it cannot parse, gives a zero Found and no
// error. So does a query that the server rejects: it was derived from the statement, and may depend on what was
// rolled back with it. Find changes nothing: it rolls back whatever it creates.
func Find(ctx context.Context, conn *pgx.Conn, violation Violation) (Found, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("look for the offending rows: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing that it wrote is needed
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = '20s'"); err != nil {
		return Found{}, fmt.Errorf("look for the offending rows: %w", err)
	}
	s := search{tx: tx, violation: violation}
	condition, err := s.condition(ctx)
	var found Found
	if err == nil && condition != "" {
		found, err = s.find(ctx, condition)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		found, err = Found{}, nil
	}
	if s.table.name != "" && s.table.schema != "" {
		found.Schema, found.Table, found.Column = s.table.schema, s.table.name, s.column
	}
	return found, err
}

// search looks for the rows behind one failure.
type search struct {
	tx        pgx.Tx
	violation Violation
	table     relation
	// shown is the condition for people, if the one that finds the rows needs a temporary object.
	shown *string
	// column is the one with the wrong values, if there is only one.
	column string
	// besides are columns whose values are shown beside a row's key, because they are what is wrong with it.
	besides []string
}

// relation is a table as the catalog describes it.
type relation struct {
	oid          uint32
	schema, name string
	columns      []string
	primary      []string
}

func (r relation) has(column string) bool {
	for _, c := range r.columns {
		if c == column {
			return true
		}
	}
	return false
}

// quoted returns the table's name in SQL, without the schema if it is public.
func (r relation) quoted() string { return query.Table(r.schema, r.name) }

// condition finds s.table and returns the WHERE condition that selects its offending rows; empty if unknown.
func (s *search) condition(ctx context.Context) (string, error) {
	known, err := s.findTable(ctx)
	if err != nil || !known {
		return "", err
	}
	switch s.violation.SQLState {
	case "23502", "23514":
		if s.ofDomain() {
			return s.unfit(ctx)
		}
	}
	switch s.violation.SQLState {
	case "23502":
		return s.missing(), nil
	case "23505":
		return s.duplicates(ctx)
	case "23503":
		return s.orphans(ctx)
	case "23514":
		return s.breaking(ctx)
	case "23P01":
		return s.overlapping(ctx)
	case "22001", "22003", "22007", "22008", "22P02":
		return s.unfit(ctx)
	case "54000":
		return s.tooLarge(), nil
	case "42804", "0A000":
		if c, ok := s.alteredType(strings.TrimRight(strings.TrimSpace(s.violation.Statement), "; \n")); ok {
			s.column = c.target // no row caused it
		}
	}
	return "", nil
}

// ofDomain reports whether a domain rejected a value, not a constraint of the table.
func (s *search) ofDomain() bool {
	return strings.HasPrefix(s.violation.Message, "value for domain ") || strings.HasPrefix(s.violation.Message, "domain ")
}

// missing selects rows with NULL in the column, or every row if the column does not exist yet.
func (s *search) missing() string {
	s.column = s.violation.Column
	if !s.table.has(s.violation.Column) {
		return s.everyRow()
	}
	return query.Identifier(s.violation.Column) + " IS NULL"
}

// everyRow selects all rows of a table to which the failed statement adds a column. If the same text also fills the
// column, the rows that it left out are unknown, since they were rolled back.
func (s *search) everyRow() string {
	if regexp.MustCompile(`(?is);.*\bUPDATE\s`).MatchString(s.violation.Statement) {
		return ""
	}
	return "true"
}

// tooLarge selects the row at which an index stopped because its entry does not fit: by its location if Postgres
// reports it, else the rows as long as the entry, if the index has one column.
func (s *search) tooLarge() string {
	if m := regexp.MustCompile(`tuple (\(\d+,\d+\))`).FindStringSubmatch(s.violation.Detail); m != nil {
		return "t.ctid = " + query.Literal(m[1])
	}
	const overhead = 24 // of an index entry, at most
	size := regexp.MustCompile(`index row requires (\d+) bytes`).FindStringSubmatch(s.violation.Message)
	m := regexp.MustCompile(`(?is)^\s*CREATE\s.*?\bON\b[^(]*(\(.*)$`).FindStringSubmatch(s.violation.Statement)
	if size == nil || m == nil {
		return ""
	}
	inside, _ := balanced(m[1])
	bytes, err := strconv.Atoi(size[1])
	if columns := pieces(inside); err != nil || len(columns) != 1 || !s.allColumns(columns) {
		return ""
	}
	s.column = only(unquoted([]string{inside}))
	return fmt.Sprintf("octet_length(t.%s::text) > %d", query.Identifier(s.column), bytes-overhead)
}
