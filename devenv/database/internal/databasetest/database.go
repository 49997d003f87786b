package databasetest

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Database is a database to copy.
type Database struct {
	server *server
	name   string
	// kept creates the one copy that nobody changes.
	kept func() string
}

// template creates a database on a server, fails the test if the server did not start, and fills it.
func template(t *testing.T, s *server, err error, image, sql string) Database {
	t.Helper()
	if err != nil {
		t.Fatalf("this test needs a Docker engine and the image %s (scripts/engine and scripts/images provide them): %v", image, err)
	}
	d := Database{server: s, name: create(t, s, "")}
	conn := connect(t, s, d.name)
	Exec(t, conn, sql)
	if err := conn.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	d.kept = sync.OnceValue(func() string { return create(t, s, d.name) })
	return d
}

// Copy creates a copy and connects to it.
func (d Database) Copy(t *testing.T) *pgx.Conn {
	t.Helper()
	return connect(t, d.server, create(t, d.server, d.name))
}

// Untouched connects to a copy that nobody changes.
func (d Database) Untouched(t *testing.T) *pgx.Conn {
	t.Helper()
	return connect(t, d.server, d.kept())
}

// create creates a database, as a copy of another one if that is named.
func create(t *testing.T, s *server, of string) string {
	t.Helper()
	name := "db_" + strings.ToLower(rand.Text())
	sql := "CREATE DATABASE " + name
	if of != "" {
		sql += " TEMPLATE " + of
	}
	Exec(t, connect(t, s, "postgres"), sql)
	return name
}

// connect connects to a database for the duration of a test.
func connect(t *testing.T, s *server, name string) *pgx.Conn {
	t.Helper()
	config := s.config.Copy()
	config.Database = name
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // the test has its results
	return conn
}

// Exec runs statements, several in one transaction.
func Exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.WithoutCancel(t.Context()), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
