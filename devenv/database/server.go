package database

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Server is a running scratch server.
type Server struct {
	// ID is the container's id.
	ID string

	engine   *engine.Engine
	settings Settings
	address  string            // host:port on this machine
	networks map[string]string // its IP address in each network
}

// Conn is a connection to a server.
type Conn = pgx.Conn

// Connect opens a connection as the service's own user, over the ephemeral loopback port. The caller must close it.
// Errors name the user and the database, never the password.
func (s *Server) Connect(ctx context.Context) (*Conn, error) {
	return connect(ctx, s.address, s.settings, s.dial())
}

// Ask opens a connection to a server, calls question with it, for example catalog.Read, and closes it. If the server
// does not answer, the error tells what became of it.
func Ask[T any](ctx context.Context, s *Server, question func(context.Context, *Conn) (T, error)) (T, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		var none T
		return none, s.Explain(ctx, err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its statements have completed
	var answer T
	err = s.unstuck(ctx, conn.PgConn().PID(), func() (err error) {
		answer, err = question(ctx, conn)
		return err
	})
	if err != nil && conn.IsClosed() {
		err = s.Explain(ctx, err)
	}
	return answer, err
}

// RefreshAddresses reads the server's addresses again after its container has joined a network: it has an address
// there, and the engine may have chosen another port of this machine.
func (s *Server) RefreshAddresses(ctx context.Context) error {
	c, err := s.engine.Inspect(ctx, s.ID)
	if err != nil {
		return err
	}
	s.address, s.networks = published(c.Ports, s.settings.Port), map[string]string{}
	for name, at := range c.Networks {
		s.networks[name] = at.IP
	}
	if s.address == "" {
		return fmt.Errorf("port %d is not published; is the container running?", s.settings.Port)
	}
	return nil
}

// UseDatabase makes the server's connections use the database of that name.
func (s *Server) UseDatabase(name string) { s.settings.Database = name }

// EnsureDatabase does the same, and first creates the database if the server does not have it: some applications create
// their own when they start, so that it is not there before.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	if name == s.settings.Database {
		return nil
	}
	_, err := Ask(ctx, s, func(ctx context.Context, conn *Conn) (exists bool, err error) {
		err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)", name).Scan(&exists)
		if err == nil && !exists {
			_, err = conn.Exec(ctx, "CREATE DATABASE "+identifier(name))
		}
		return exists, err
	})
	if err != nil {
		return report.Fail(report.KindWork, "", "create the database %s, which the application creates when it starts: %w", name, err)
	}
	s.UseDatabase(name)
	return nil
}

// Address returns the server's IP address in a network, for clients in containers. It is empty if the server had not
// joined the network when it was started or its addresses were refreshed.
func (s *Server) Address(network string) string { return s.networks[network] }

// Remove removes the server's container and its anonymous volumes. Removing a server that is already gone is not an
// error.
func (s *Server) Remove(ctx context.Context) error { return s.engine.Remove(ctx, s.ID) }

// Tune makes the server trade durability for speed, while the base is filled and in every clone of it: the settings
// are in the data directory and survive the commit. A -c in the service's command still wins.
func (s *Server) Tune(ctx context.Context) error {
	conn, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // closing cannot lose anything
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if _, err := conn.Exec(ctx, "ALTER SYSTEM SET "+setting+" = off"); err != nil {
			return report.Fail(report.KindWork, "", "tune the scratch database: set %s: %w", setting, err)
		}
	}
	_, err = conn.Exec(ctx, "SELECT pg_reload_conf()")
	return err
}

// connect opens a connection, with dial if it is not nil. It builds no connection string, which could be printed with
// the password in it.
func connect(ctx context.Context, address string, s Settings, dial pgconn.DialFunc) (*pgx.Conn, error) {
	config, err := connectConfig(address, s, dial)
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, config)
}

// applicationName is how the server knows devenv's own sessions.
const applicationName = "devenv"

// connectConfig accepts TLS if the server insists on it: the address is loopback, so nothing is verified.
func connectConfig(address string, s Settings, dial pgconn.DialFunc) (*pgx.ConnConfig, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := strconv.Atoi(port); err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig("host=" + host + " port=" + port + " sslmode=allow target_session_attrs=any connect_timeout=5")
	if err != nil {
		return nil, err
	}
	config.User, config.Password, config.Database = s.User, s.Password, s.Database
	if dial != nil {
		config.DialFunc = dial
	}
	config.RuntimeParams = ownParams()
	return config, nil
}

// ownParams are what devenv's own sessions set, whatever the project sets for its database or role: they may write, no
// time is limited but by themselves, and queries of the catalogs are not compiled, which costs seconds and saves none.
func ownParams() map[string]string {
	return map[string]string{
		"application_name": applicationName, "default_transaction_read_only": "off", "statement_timeout": "0", "jit": "off",
		"idle_in_transaction_session_timeout": "0", "lock_timeout": "0",
	}
}
