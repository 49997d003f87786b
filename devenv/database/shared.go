package database

import (
	"context"
	"errors"
	"fmt"

	"devenv/devenv/report"
)

// ErrSpoiled means that a shared server is no longer as it was made: something outside of its databases has changed,
// such as a role.
var ErrSpoiled = errors.New("something that the server's databases share has changed")

// Shared is a server that has its database several times. One copy at a time has the database's name, so that the tool
// and the migrations find what they would find on a server of their own.
type Shared struct {
	server *Server
	// turn holds a value while nobody uses the server.
	turn chan struct{}
	// state is a digest of what databases share; copies are the names of those that devenv has made.
	state   string
	copies  []string
	current *Database
	// taken is set once the original has been handed out.
	taken bool
}

// Database is one of a shared server's databases.
type Database struct {
	shared *Shared
	// parked is its name while another one has its turn; empty for the original before that.
	parked string
	used   bool
}

// The databases that Share keeps a copy in, and that statements about databases are sent to.
const (
	reserve     = "devenv_reserve"
	maintenance = "template1"
)

// Share prepares a server for several databases, each like the one that it has now. It returns false if there can be no
// faithful copy: the user is no superuser, the database does not exist yet, or something is connected to it.
func Share(ctx context.Context, s *Server) (*Shared, bool, error) {
	h := &Shared{server: s, turn: make(chan struct{}, 1), copies: []string{reserve}}
	h.turn <- struct{}{}
	shareable := false
	err := h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
		if err := conn.QueryRow(ctx, shareableQuery, s.settings.Database, applicationName).Scan(&shareable); err != nil || !shareable {
			return err
		}
		if err := copyDatabase(ctx, conn, s.settings.Database, reserve); err != nil {
			return err
		}
		return h.readState(ctx, conn, &h.state)
	})
	if isAnswered(err) { // for example by pg_hba.conf, or by an extension that keeps a session open
		return nil, false, h.unshare(ctx)
	}
	return h, shareable && err == nil, err
}

// Server returns the server itself.
func (h *Shared) Server() *Server { return h.server }

// Clear removes all databases but the one that has its turn, for a user who begins anew. It returns ErrSpoiled if that
// would not find databases as they were made.
func (h *Shared) Clear(ctx context.Context) error {
	return h.inTurn(ctx, func() error {
		return h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
			if err := h.unspoiled(ctx, conn); err != nil {
				return err
			}
			for _, name := range h.copies {
				if name == reserve || h.current != nil && name == h.current.parked {
					continue
				}
				if err := disconnectAll(ctx, conn, name); err != nil {
					return err
				}
				if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+identifier(name)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// unshare removes the copy from a server that cannot be shared.
func (h *Shared) unshare(ctx context.Context) error {
	err := h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+identifier(reserve))
		return err
	})
	if isAnswered(err) { // it refuses the connection
		return nil
	}
	return err
}

// shareableQuery reports whether copies of a database are faithful. A session of devenv's own is one that has just
// ended: CREATE DATABASE waits for it.
const shareableQuery = `SELECT current_setting('server_version_num')::int >= 100000
AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
AND EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datname <> 'template1')
AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1
	AND backend_type <> 'autovacuum worker' AND application_name <> $2)
AND NOT EXISTS (SELECT FROM pg_catalog.pg_subscription)`

// Create returns a new database as the server's was when it began to be shared, or ErrSpoiled.
func (h *Shared) Create(ctx context.Context) (*Database, error) {
	made := &Database{shared: h}
	return made, h.inTurn(ctx, func() error {
		if !h.taken {
			h.taken, h.current = true, made
			return nil
		}
		made.parked = fmt.Sprintf("devenv_%d", len(h.copies))
		return h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
			if err := h.unspoiled(ctx, conn); err != nil {
				return err
			}
			h.copies = append(h.copies, made.parked)
			return copyDatabase(ctx, conn, reserve, made.parked)
		})
	})
}

// Use calls f while the database has its turn: the server's connections and the tool's are connections to it. It
// returns ErrSpoiled, and does not call f, if the database would not begin as it was made. f must not use another
// database of the same server.
func (d *Database) Use(ctx context.Context, f func(*Server) error) error {
	return d.shared.inTurn(ctx, func() error {
		if err := d.shared.maintain(ctx, func(ctx context.Context, conn *Conn) error {
			if !d.used {
				if err := d.shared.unspoiled(ctx, conn); err != nil {
					return err
				}
			}
			return d.shared.switchTo(ctx, conn, d)
		}); err != nil {
			return err
		}
		d.used = true
		return f(d.shared.server)
	})
}

// inTurn calls f while nobody else uses the server.
func (h *Shared) inTurn(ctx context.Context, f func() error) error {
	select {
	case <-h.turn:
		defer func() { h.turn <- struct{}{} }()
		return f()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maintain calls f with a connection to none of the databases.
func (h *Shared) maintain(ctx context.Context, f func(context.Context, *Conn) error) error {
	server := *h.server
	server.UseDatabase(maintenance)
	_, err := Ask(ctx, &server, func(ctx context.Context, conn *Conn) (struct{}, error) { return struct{}{}, f(ctx, conn) })
	return err
}

// switchTo gives a database the name, and takes it from the one that has it.
func (h *Shared) switchTo(ctx context.Context, conn *Conn, d *Database) error {
	if h.current == d {
		return nil
	}
	name := h.server.settings.Database
	if h.current.parked == "" {
		h.current.parked = "devenv_original"
		h.copies = append(h.copies, h.current.parked)
	}
	for _, from := range []struct{ name, to string }{{name, h.current.parked}, {d.parked, name}} {
		err := disconnectAll(ctx, conn, from.name)
		if err == nil {
			_, err = conn.Exec(ctx, "ALTER DATABASE "+identifier(from.name)+" RENAME TO "+identifier(from.to))
		}
		if err != nil {
			return report.Fail(report.KindWork, "", "switch the scratch server to another of its databases: %w", err)
		}
	}
	h.current = d
	return nil
}
