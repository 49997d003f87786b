package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/report"
	"devenv/devenv/sqlstate"
)

// disconnectTime is how long sessions may take to end.
const disconnectTime = 10 * time.Second

// disconnectAll ends the sessions in a database, of which the tool may have left some, and waits until they are gone.
func disconnectAll(ctx context.Context, conn *Conn, database string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, disconnectTime, fmt.Errorf("sessions in it do not end within %s", disconnectTime))
	defer cancel()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for {
		var left int
		err := conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity WHERE datname = $1`,
			database).Scan(&left)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil || left == 0:
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// copyDatabase makes a copy of a database, with what CREATE DATABASE leaves out: privileges on the database, settings
// for it, its connection limit and its comment.
func copyDatabase(ctx context.Context, conn *Conn, from, to string) error {
	var owner, strategy string
	// Copying files takes a sixth of the time that the default of Postgres 15 and later does, which logs every page.
	err := conn.QueryRow(ctx, `SELECT pg_catalog.pg_get_userbyid(datdba), CASE WHEN current_setting('server_version_num')::int >= 150000
		THEN ' STRATEGY file_copy' ELSE '' END FROM pg_catalog.pg_database WHERE datname = $1`, from).Scan(&owner, &strategy)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+identifier(to)+" TEMPLATE "+identifier(from)+" OWNER "+identifier(owner)+strategy)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, statement := range []string{
		`UPDATE pg_catalog.pg_database made SET datacl = was.datacl, datconnlimit = was.datconnlimit
		FROM pg_catalog.pg_database was WHERE was.datname = $1 AND made.datname = $2`,
		`INSERT INTO pg_catalog.pg_db_role_setting SELECT made.oid, s.setrole, s.setconfig FROM pg_catalog.pg_db_role_setting s
		JOIN pg_catalog.pg_database was ON was.oid = s.setdatabase AND was.datname = $1, pg_catalog.pg_database made WHERE made.datname = $2`,
		`INSERT INTO pg_catalog.pg_shdescription SELECT made.oid, d.classoid, d.description FROM pg_catalog.pg_shdescription d
		JOIN pg_catalog.pg_database was ON d.classoid = 'pg_catalog.pg_database'::regclass AND was.oid = d.objoid AND was.datname = $1,
		pg_catalog.pg_database made WHERE made.datname = $2`,
	} {
		batch.Queue(statement, from, to)
	}
	return conn.SendBatch(ctx, batch).Close()
}

// unspoiled returns ErrSpoiled if what databases share has changed since the server began to be shared.
func (h *Shared) unspoiled(ctx context.Context, conn *Conn) error {
	var now string
	if err := h.readState(ctx, conn, &now); err != nil {
		return err
	}
	if now != h.state {
		return ErrSpoiled
	}
	return nil
}

// readState reads a digest of what databases share: roles, their members and settings, tablespaces, other databases,
// the server's configuration and its replication.
func (h *Shared) readState(ctx context.Context, conn *Conn, state *string) error {
	return conn.QueryRow(ctx, `SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
SELECT 'role' || r::text AS part FROM pg_catalog.pg_authid r
UNION ALL SELECT 'member' || (roleid, member, admin_option)::text FROM pg_catalog.pg_auth_members
UNION ALL SELECT 'setting' || (setrole, setconfig)::text FROM pg_catalog.pg_db_role_setting WHERE setdatabase = 0
UNION ALL SELECT 'tablespace' || (spcname, spcowner, spcacl, spcoptions)::text FROM pg_catalog.pg_tablespace
UNION ALL SELECT 'database' || (datname, datdba, datacl)::text FROM pg_catalog.pg_database WHERE NOT datname = ANY($1)
UNION ALL SELECT 'file' || (sourcefile, name, setting)::text FROM pg_catalog.pg_file_settings
UNION ALL SELECT 'slot' || slot_name FROM pg_catalog.pg_replication_slots
UNION ALL SELECT 'origin' || roname FROM pg_catalog.pg_replication_origin
UNION ALL SELECT 'subscription' || subname FROM pg_catalog.pg_subscription) parts`,
		append([]string{h.server.settings.Database}, h.copies...)).Scan(state)
}

// identifier returns a database's name in SQL.
func identifier(name string) string { return pgx.Identifier{name}.Sanitize() }

// isAnswered reports whether Postgres answered with an error.
func isAnswered(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && !sqlstate.Machine(refusal.Code, refusal.Message)
}

// Unchanged calls f, and gives each of the server's databases back as it was before. What f does outside of databases,
// such as to roles, stays. Where the databases cannot be copied, for example by a user who is no superuser, f's changes
// stay as well.
func (s *Server) Unchanged(ctx context.Context, f func() error) error {
	h := &Shared{server: s}
	copies := map[string]string{}
	err := h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
		rows, err := conn.Query(ctx, "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for i, name := range names {
			made := fmt.Sprintf("devenv_before_%d", i)
			copies[name] = made
			if err := copyDatabase(ctx, conn, name, made); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case isAnswered(err):
		return joined(f(), h.dropAll(ctx, copies))
	case err != nil:
		return err
	}
	return joined(f(), h.giveBack(ctx, copies))
}

// joined returns f's error, or else that of cleaning up.
func joined(err, cleanup error) error {
	if err != nil {
		return err
	}
	return cleanup
}

// giveBack replaces databases by their copies.
func (h *Shared) giveBack(ctx context.Context, copies map[string]string) error {
	err := h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
		for name, copied := range copies {
			if err := disconnectAll(ctx, conn, name); err != nil {
				return err
			}
			for _, statement := range []string{
				"DROP DATABASE " + identifier(name), "ALTER DATABASE " + identifier(copied) + " RENAME TO " + identifier(name),
			} {
				if _, err := conn.Exec(ctx, statement); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return report.Fail(report.KindWork, "", "give the scratch server's databases back as they were: %w", err)
	}
	return nil
}

// dropAll removes the copies of databases, as far as there are any.
func (h *Shared) dropAll(ctx context.Context, copies map[string]string) error {
	return h.maintain(ctx, func(ctx context.Context, conn *Conn) error {
		for _, copied := range copies {
			if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+identifier(copied)); err != nil {
				return err
			}
		}
		return nil
	})
}
