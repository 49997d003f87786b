// Package databasetest gives the tests of the packages below devenv/database Postgres servers of every supported
// major version, and databases on them. It knows none of those packages. A test that needs an engine fails without
// one; it is never skipped.
package databasetest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"
)

// postgres is the image of the server that a package's tests share.
const postgres = "postgres:17"

// majors returns the images of every supported major version; scripts/images pulls them.
func majors() []string {
	return []string{"postgres:13", "postgres:14", "postgres:15", "postgres:16", postgres, "postgres:18"}
}

// Servers are those of one package's tests. The zero value has none; servers start on demand.
type Servers struct {
	once   sync.Once
	shared *server
	err    error
}

// Run runs a package's tests, removes the server that they share, and returns the exit status.
func (s *Servers) Run(m *testing.M) int {
	code := m.Run()
	if s.shared != nil {
		if err := s.shared.remove(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// Template creates a database on the server that the package's tests share, and fills it.
func (s *Servers) Template(t *testing.T, sql string) Database {
	t.Helper()
	return s.template(t, postgres, sql)
}

// OnEachMajor runs a test on a server of each major version, in a database created by sql.
func (s *Servers) OnEachMajor(t *testing.T, sql string, try func(*testing.T, *pgx.Conn)) {
	t.Helper()
	for _, image := range majors() {
		t.Run(image, func(t *testing.T) {
			t.Parallel()
			try(t, s.template(t, image, sql).Copy(t))
		})
	}
}

// template creates a database on a server of an image: the suite's if the suite shares servers, else the package's,
// or one for the test alone.
func (s *Servers) template(t *testing.T, image, sql string) Database {
	t.Helper()
	var server *server
	var err error
	switch dir := os.Getenv(suiteServers); {
	case dir != "":
		server, err = join(context.WithoutCancel(t.Context()), dir, image)
	case image == postgres:
		s.once.Do(func() { s.shared, s.err = start(context.WithoutCancel(t.Context()), postgres, ofProcess()) })
		server, err = s.shared, s.err
	default:
		if server, err = start(t.Context(), image, ofProcess()); server != nil {
			t.Cleanup(func() {
				if err := server.remove(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
	}
	return template(t, server, err, image, sql)
}

// server is a running server.
type server struct {
	container testcontainers.Container
	config    *pgx.ConnConfig
}

func (s *server) remove(ctx context.Context) error { return s.container.Terminate(ctx) }

// ofProcess returns the label of everything that belongs to this process.
func ofProcess() string { return fmt.Sprintf("database-%d", os.Getpid()) }

// start starts a server that trades durability for speed. Even with an error it returns the server if there is one to
// remove.
func start(ctx context.Context, image, label string) (*server, error) {
	if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return nil, err
	}
	const port = "5432/tcp"
	made, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Started: true, Logger: log.NewNoopLogger(),
		ContainerRequest: testcontainers.ContainerRequest{
			Image: image, Labels: map[string]string{"dev.devenv.test": label},
			Env: map[string]string{"POSTGRES_PASSWORD": "postgres"}, ExposedPorts: []string{port},
			Cmd: []string{
				"postgres", "-c", "max_connections=300", "-c", "fsync=off", "-c", "full_page_writes=off",
				"-c", "synchronous_commit=off",
			},
			HostConfigModifier: func(h *container.HostConfig) {
				h.PortBindings = network.PortMap{network.MustParsePort(port): {{HostIP: netip.MustParseAddr("127.0.0.1")}}}
			},
			// The first time, it is the temporary server of the initialization.
			WaitingFor: wait.ForLog("database system is ready to accept connections").WithOccurrence(2),
		},
	})
	if made == nil {
		return nil, err // not a nil pointer in an interface
	}
	s := &server{container: made}
	if err != nil {
		return s, err
	}
	published, err := made.MappedPort(ctx, port)
	if err != nil {
		return s, err
	}
	s.config, err = pgx.ParseConfig("postgres://postgres:postgres@" + net.JoinHostPort("127.0.0.1", published.Port()) + "/postgres?jit=off")
	return s, err
}
