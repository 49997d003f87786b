package database

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// databases numbers the databases of this process.
var databases atomic.Int64

func newName() string { return fmt.Sprintf("db%d", databases.Add(1)) }

// template is a database that copies are made of.
type template struct {
	name string
	// kept makes the one copy that stays as it was.
	kept func() string
}

// templateDatabase makes a database on the tests' common server and fills it.
func templateDatabase(t *testing.T, sql string) template {
	t.Helper()
	name := newName()
	run(t, connectTo(t, "postgres"), "CREATE DATABASE "+name)
	conn := connectTo(t, name)
	run(t, conn, sql)
	if err := conn.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	d := template{name: name}
	d.kept = sync.OnceValue(func() string { return d.make(t) })
	return d
}

// make makes a copy of the template.
func (d template) make(t *testing.T) string {
	t.Helper()
	name := newName()
	run(t, connectTo(t, "postgres"), "CREATE DATABASE "+name+" TEMPLATE "+d.name)
	return name
}

// untouched connects to a copy that nobody changes.
func (d template) untouched(t *testing.T) *pgx.Conn {
	t.Helper()
	return connectTo(t, d.kept())
}

// copy makes a copy of the template and connects to it.
func (d template) copy(t *testing.T) *pgx.Conn {
	t.Helper()
	return connectTo(t, d.make(t))
}

// connectTo connects to a database of the tests' common server.
func connectTo(t *testing.T, name string) *pgx.Conn {
	t.Helper()
	server, err := common()
	if err != nil {
		t.Fatalf("this test needs a Docker engine and the image %s: %v", postgresImage, err)
	}
	settings := server.settings
	settings.Database = name
	conn, err := connect(context.Background(), server.address, settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// run runs statements, several in one transaction.
func run(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func catalogOf(t *testing.T, conn *pgx.Conn) Catalog {
	t.Helper()
	catalog, err := ReadCatalog(context.Background(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}
