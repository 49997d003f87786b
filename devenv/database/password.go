package database

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// accept makes the server accept another password of its user: instead of its own, or else as well.
func (s *Server) accept(ctx context.Context, password string, instead bool) error {
	conn, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its statements have completed
	if instead {
		if err := setPassword(ctx, conn, s.settings.User, password); err != nil {
			return err
		}
		s.settings.Password = password
		return nil
	}
	return s.admit(ctx, conn)
}

// setPassword gives a role a password. Errors do not contain it.
func setPassword(ctx context.Context, conn *Conn, role, password string) error {
	var statement string
	err := conn.QueryRow(ctx, "SELECT pg_catalog.format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, password).Scan(&statement)
	if err == nil {
		_, err = conn.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol)
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "give the role %s the branch's password: %w", role, err)
	}
	return nil
}

// admitScript puts a line before the others of a file.
const admitScript = `{ printf '%s\n' "$1"; cat "$2"; } > "$2.devenv" && cat "$2.devenv" > "$2" && rm -f "$2.devenv"`

// admit lets the server's user in from the networks without asking for a password, which no role has two of.
func (s *Server) admit(ctx context.Context, conn *Conn) error {
	var file string
	if err := conn.QueryRow(ctx, "SELECT pg_catalog.current_setting('hba_file')").Scan(&file); err != nil {
		return err
	}
	line := "host all " + pgx.Identifier{s.settings.User}.Sanitize() + " all trust"
	code, err := s.engine.Exec(ctx, s.ID, engine.ExecOptions{Cmd: []string{"sh", "-c", admitScript, "sh", line, file}})
	if err == nil && code != 0 {
		err = fmt.Errorf("%s cannot be written (exit status %d)", file, code)
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "let the role %s in with the branch's password as well: %w", s.settings.User, err)
	}
	return reload(ctx, conn)
}

// reload makes the server read its configuration, and waits until it has: whoever connects after that is judged by it.
func reload(ctx context.Context, conn *Conn) error {
	var was, is string
	if err := conn.QueryRow(ctx, "SELECT pg_catalog.pg_conf_load_time()::text FROM pg_catalog.pg_reload_conf()").Scan(&was); err != nil {
		return err
	}
	for is = was; is == was; {
		if err := conn.QueryRow(ctx, "SELECT pg_catalog.pg_conf_load_time()::text FROM pg_catalog.pg_sleep(0.01)").Scan(&is); err != nil {
			return err
		}
	}
	return nil
}
