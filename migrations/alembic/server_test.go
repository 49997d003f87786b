package alembic

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// server is the Postgres server of this package's tests, started by the first test that needs it.
type server struct {
	once      sync.Once
	container testcontainers.Container
	port      string
	err       error
}

var postgres server

func TestMain(m *testing.M) {
	code := m.Run()
	if postgres.container != nil {
		if err := postgres.container.Terminate(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func (s *server) start(ctx context.Context) {
	if s.err = os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); s.err != nil {
		return
	}
	s.container, s.err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Started: true,
		ContainerRequest: testcontainers.ContainerRequest{
			Image: "postgres:17", Labels: map[string]string{"dev.devenv.test": "alembic"},
			Env:          map[string]string{"POSTGRES_PASSWORD": "postgres"},
			ExposedPorts: []string{"5432/tcp"},
			HostConfigModifier: func(h *container.HostConfig) {
				h.PortBindings = network.PortMap{network.MustParsePort("5432/tcp"): {{HostIP: netip.MustParseAddr("127.0.0.1")}}}
			},
			WaitingFor: wait.ForLog("database system is ready to accept connections").WithOccurrence(2).WithStartupTimeout(time.Minute),
		},
	})
	if s.err != nil {
		return
	}
	port, err := s.container.MappedPort(ctx, "5432/tcp")
	s.port, s.err = port.Port(), err
}

// database is one database on the server.
type database struct {
	name, port, address string
}

// newDatabase creates an empty database, which is removed along with the server.
func newDatabase(t *testing.T) database {
	t.Helper()
	postgres.once.Do(func() { postgres.start(context.WithoutCancel(t.Context())) })
	if postgres.err != nil {
		t.Fatalf("start postgres:17 (scripts/images builds it): %v", postgres.err)
	}
	db := database{name: fmt.Sprintf("t%d", time.Now().UnixNano()), port: postgres.port, address: "127.0.0.1"}
	admin := database{name: "postgres", port: db.port, address: db.address}
	admin.exec(t, "CREATE DATABASE "+db.name)
	return db
}

// url returns the database's URL with a scheme and host name.
func (d database) url(scheme, host string) string {
	return fmt.Sprintf("%s://postgres:postgres@%s:%s/%s", scheme, host, d.port, d.name)
}

func (d database) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.url("postgres", d.address))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func (d database) exec(t *testing.T, sql string) {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// texts returns the first column of a query's rows.
func (d database) texts(t *testing.T, sql string) []string {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// columns returns a table's columns as "name type", in order.
func (d database) columns(t *testing.T, table string) string {
	t.Helper()
	return strings.Join(d.texts(t, `SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
		FROM pg_attribute WHERE attrelid = to_regclass('`+table+`') AND attnum > 0 AND NOT attisdropped ORDER BY attnum`), ", ")
}
