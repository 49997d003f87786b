// Package offending finds the rows that made a statement fail, from what Postgres said about it and the statement's text. It may
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

// Violation is what Postgres and the migration tool said about a statement that failed. Empty fields are unknown.
type Violation struct {
	SQLState, Message, Detail         string
	Schema, Table, Column, Constraint string
	// Statement is the SQL text that failed.
	Statement string
}

// Found are the rows behind a failure: how many, the first few by primary key ("id=3"), and a query that finds them.
// All is zero where they cannot be derived.
type Found struct {
	Rows  int64    `json:"rows,omitempty"`
	Keys  []string `json:"keys,omitempty"`
	Query string   `json:"query,omitempty"`
	// Schema and Table are the rows' table, Column the one whose values are wrong: Postgres does not name them for every
	// SQLSTATE. Column is empty where it is several or none.
	Schema string `json:"schema,omitempty"`
	Table  string `json:"table,omitempty"`
	Column string `json:"column,omitempty"`
}

// Find finds the rows that made a statement fail, in a database as it was before that statement, or before its
// transaction. It knows 23502, 23503, 23505, 23514, 23P01, 54000 and the values that do not fit a column's new type (22001,
// 22003, 22007, 22008, 22P02); another SQLSTATE, or a statement it cannot read, gives a zero Found and no error. So does
// a question that the server refuses: it was derived from the statement, and that may need what was rolled back with it.
// Nothing is changed: whatever it needs is rolled back.
func Find(ctx context.Context, conn *pgx.Conn, violation Violation) (Found, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("look for the offending rows: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was written that anybody wants
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

// search looks for the rows behind one fault.
type search struct {
	tx        pgx.Tx
	violation Violation
	table     relation
	// shown is the condition for people, where the one that finds the rows needs something temporary.
	shown *string
	// column is the one whose values are wrong, where it is one.
	column string
	// besides are columns whose values are named beside a row's key, because they are what is wrong with it.
	besides []string
}

// relation is a table of the database as the catalog has it.
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

// quoted returns the table as SQL wants it, without the schema where it is public.
func (r relation) quoted() string { return query.Table(r.schema, r.name) }

// condition returns the WHERE condition that selects the offending rows of s.table, which it finds; empty when unknown.
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
			s.column = c.target // no row is behind it
		}
	}
	return "", nil
}

// ofDomain says that a domain refused a value, and no constraint of the table.
func (s *search) ofDomain() bool {
	return strings.HasPrefix(s.violation.Message, "value for domain ") || strings.HasPrefix(s.violation.Message, "domain ")
}

// missing: the column is NULL, or is not there yet, so that every row would lack a value.
func (s *search) missing() string {
	s.column = s.violation.Column
	if !s.table.has(s.violation.Column) {
		return s.everyRow()
	}
	return query.Identifier(s.violation.Column) + " IS NULL"
}

// everyRow: the rows of a table which the failed statement adds a column to. Where the same text fills the column as well,
// which rows it left out was rolled back with them.
func (s *search) everyRow() string {
	if regexp.MustCompile(`(?is);.*\bUPDATE\s`).MatchString(s.violation.Statement) {
		return ""
	}
	return "true"
}

// tooLarge: the row at which an index stopped because its entry does not fit, by its place where Postgres says it; else
// the rows that are as long as the entry, where it is of one column.
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
