package devenv

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/migrations"
)

// plainSQL is a second migration tool for the tests: SQL files NNNN_name.up.sql and .down.sql, each run in one
// transaction, and a table with the number of the last one. It has none of the optional abilities of a tool.
type plainSQL struct {
	process migrations.Process
	files   map[string]string // by name
	// silent does not report the statements it runs.
	silent bool
}

var _ migrations.Tool = (*plainSQL)(nil)

// plainDirectory is the directory of the files in the tool's container.
const plainDirectory = "/migrations"

// plainKind returns the tool's kind.
func plainKind(silent bool) migrations.Kind {
	return migrations.Kind{
		Name: "plain SQL", VersionTable: "schema_versions", VersionColumn: "number", Files: plainFiles{},
		Starter: plainStarter{silent},
	}
}

// plainServices returns the project in the tests' Compose file.
func plainServices(silent bool) *discover.Project {
	return &discover.Project{
		Database: "postgres", Seed: discover.Seed{Seed: config.Seed{SQL: []string{"seed.sql"}}},
		Migrations: discover.MigrationTool{
			Kind: plainKind(silent), Service: "migrate", Config: "docker-compose.yml",
			ConfigInContainer: plainDirectory, ScriptLocation: "migrations",
			Versions: []string{"migrations"}, VersionsInContainer: []string{plainDirectory}, PerBranch: config.PerBranchOne,
		},
	}
}

// plainFiles knows how its revisions are written.
type plainFiles struct{}

func (plainFiles) IsRevision(p string) bool     { return path.Ext(p) == ".sql" }
func (plainFiles) ID(p string, _ []byte) string { return plainID(p) }
func (plainFiles) SameCode(was, is string) bool { return was == is }
func (plainFiles) Reparent([]byte, string) ([]byte, error) {
	return nil, errors.New("a revision's number is its position")
}

func plainID(p string) string {
	id, _, _ := strings.Cut(path.Base(p), "_")
	return id
}

// plainStarter starts the tool: the container passes on the files and waits until it is stopped.
type plainStarter struct{ silent bool }

func (plainStarter) Command() []string {
	return []string{"sh", "-c", "tar -c -C " + plainDirectory + " . && exec cat"}
}

func (s plainStarter) Start(_ context.Context, _ migrations.StartOptions, p migrations.Process) (migrations.Tool, error) {
	t := &plainSQL{process: p, silent: s.silent, files: map[string]string{}}
	archive := tar.NewReader(p.Stdout())
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		if header.Typeflag == tar.TypeReg {
			t.files[path.Base(header.Name)] = string(content)
		}
	}
}

func (t *plainSQL) Close(context.Context) error { return t.process.Close() }

// ups returns the names of the up files, in order.
func (t *plainSQL) ups() []string {
	var names []string
	for name := range t.files {
		if strings.HasSuffix(name, ".up.sql") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (t *plainSQL) History(context.Context) (migrations.History, error) {
	var h migrations.History
	ups := t.ups()
	for i, name := range ups {
		r := migrations.Revision{ID: plainID(name), Path: path.Join(plainDirectory, name), Root: i == 0, Head: i == len(ups)-1}
		if i > 0 {
			r.Down = []string{plainID(ups[i-1])}
		}
		for n, line := range strings.Split(t.files[name], "\n") {
			if comment, ok := strings.CutPrefix(line, "--"); ok {
				if w, ok := migrations.ParseWaiver(comment, n+1); ok {
					r.Waivers = append(r.Waivers, w)
				}
			}
		}
		h.Revisions = append(h.Revisions, r)
	}
	return h, nil
}

func (t *plainSQL) Applied(ctx context.Context, db migrations.Database) (migrations.Applied, error) {
	applied := migrations.Applied{Table: "schema_versions"}
	err := plainConnected(ctx, db, func(conn *pgx.Conn) error {
		number, err := plainVersion(ctx, conn)
		if number != "" {
			applied.Heads = []string{number}
		}
		return err
	})
	return applied, err
}

func (t *plainSQL) Upgrade(ctx context.Context, db migrations.Database, to migrations.Target) (migrations.Run, error) {
	return t.move(ctx, db, func(ups []string, at int) []string {
		end := len(ups)
		if to.Revision != "" {
			end = 1 + slices.IndexFunc(ups, func(name string) bool { return plainID(name) == to.Revision })
		}
		return ups[min(at, end):end]
	})
}

func (t *plainSQL) Downgrade(ctx context.Context, db migrations.Database, to migrations.Target) (migrations.Run, error) {
	return t.move(ctx, db, func(ups []string, at int) []string {
		end := 0
		switch {
		case to.Steps > 0:
			end = max(0, at-to.Steps)
		case to.Revision != "":
			end = 1 + slices.IndexFunc(ups, func(name string) bool { return plainID(name) == to.Revision })
		}
		var downs []string
		for _, name := range ups[end:at] {
			downs = append(downs, strings.TrimSuffix(name, ".up.sql")+".down.sql")
		}
		slices.Reverse(downs)
		return downs
	})
}

// move runs the files that choose selects from all of them and the number of those applied.
func (t *plainSQL) move(ctx context.Context, db migrations.Database, choose func(ups []string, at int) []string) (run migrations.Run,
	err error,
) {
	err = plainConnected(ctx, db, func(conn *pgx.Conn) error {
		number, err := plainVersion(ctx, conn)
		if err != nil {
			return err
		}
		ups := t.ups()
		at := 1 + slices.IndexFunc(ups, func(name string) bool { return plainID(name) == number })
		for _, name := range choose(ups, at) {
			if err = t.runFile(ctx, conn, name, &run); err != nil {
				break
			}
		}
		number, versionErr := plainVersion(ctx, conn)
		if number != "" {
			run.Heads = []string{number}
		}
		return errors.Join(err, versionErr)
	})
	return run, err
}

// runFile runs a file and records the new version, in one transaction.
func (t *plainSQL) runFile(ctx context.Context, conn *pgx.Conn, name string, run *migrations.Run) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // a no-op after the commit
	revision, line := plainID(name), 1
	for _, sql := range strings.SplitAfter(t.files[name], ";\n") {
		if strings.TrimSpace(sql) == "" {
			continue
		}
		s := migrations.Statement{
			Seq: len(run.Statements) + 1, Revision: revision, File: path.Join(plainDirectory, name), Line: line,
			SQL: strings.TrimSpace(sql),
		}
		if !t.silent {
			run.Statements = append(run.Statements, s)
		}
		if _, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			return plainFailure(err, s)
		}
		line += strings.Count(sql, "\n")
	}
	at := slices.Index(t.ups(), name)
	if at < 0 { // a downgrade leads to the previous revision
		at = slices.Index(t.ups(), strings.TrimSuffix(name, ".down.sql")+".up.sql") - 1
	}
	if _, err := tx.Exec(ctx, "DELETE FROM schema_versions"); err != nil {
		return err
	}
	if at >= 0 {
		if _, err := tx.Exec(ctx, "INSERT INTO schema_versions VALUES ($1)", plainID(t.ups()[at])); err != nil {
			return err
		}
	}
	run.Revisions = append(run.Revisions, revision)
	return tx.Commit(ctx)
}

// plainFailure returns Postgres's error as a failure of the tool.
func plainFailure(err error, s migrations.Statement) error {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return err
	}
	return &migrations.Failure{
		Code: migrations.FailureSQL, Message: refused.Message, Revision: s.Revision, File: s.File, Line: s.Line,
		Statement: s.SQL, SQLState: refused.Code,
		Detail: refused.Detail, Schema: refused.SchemaName, Table: refused.TableName, Column: refused.ColumnName,
		Constraint: refused.ConstraintName,
	}
}

// plainVersion returns a database's version, and creates the version table if there is none.
func plainVersion(ctx context.Context, conn *pgx.Conn) (number string, err error) {
	if _, err := conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS schema_versions (number text)"); err != nil {
		return "", err
	}
	err = conn.QueryRow(ctx, "SELECT number FROM schema_versions").Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return number, err
}

func plainConnected(ctx context.Context, db migrations.Database, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://postgres:plain@%s:5432/postgres", db.Address))
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(context.WithoutCancel(ctx)))
}
