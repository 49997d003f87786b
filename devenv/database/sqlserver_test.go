package database

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// databases numbers the databases of this process.
var databases atomic.Int64

func newName() string { return fmt.Sprintf("db%d", databases.Add(1)) }

// template is a database that copies are made of.
type template struct{ name string }

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
	return template{name}
}

// copy makes a copy of the template and connects to it.
func (d template) copy(t *testing.T) *pgx.Conn {
	t.Helper()
	name := newName()
	admin := connectTo(t, "postgres")
	run(t, admin, "CREATE DATABASE "+name+" TEMPLATE "+d.name)
	return connectTo(t, name)
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
	conn, err := connect(context.Background(), server.address, settings)
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
