package alembic

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

// failureOf returns the tool failure that an error wraps.
func failureOf(t *testing.T, err error) *migrations.Failure {
	t.Helper()
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("want a tool failure, got %v", err)
	}
	return failure
}

func TestUpgradeUsesTheAddressAndReportsStatements(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		d := p.start()
		if h := d.Hello(); h.Alembic == "" || !strings.HasSuffix(h.ScriptLocation, "/alembic") || len(h.VersionLocations) != 1 {
			t.Errorf("hello: %+v", h)
		}
		before, err := d.Applied(t.Context(), p.database())
		if err != nil || len(before.Heads) != 0 || before.Table != "alembic_version" || before.DBAPI != "psycopg2" {
			t.Fatalf("current of an empty database: %+v, %v", before, err)
		}
		run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"0001"}, run.Heads); diff != "" {
			t.Error(diff)
		}
		insert := statementWith(t, run, "INSERT INTO users")
		if insert.Revision != "0001" || insert.Line != 22 || insert.Rows != 2 || !strings.HasSuffix(insert.File, "0001_first.py") {
			t.Errorf("insert: %+v", insert)
		}
		if version := statementWith(t, run, "INSERT INTO alembic_version"); !version.Version {
			t.Errorf("version row: %+v", version)
		}
		back, err := d.Downgrade(t.Context(), p.database(), migrations.Nothing())
		if err != nil || len(back.Heads) != 0 {
			t.Errorf("downgrade: %+v, %v", back, err)
		}
		if left := p.db.columns(t, "users"); left != "" {
			t.Errorf("after the downgrade users has %s", left)
		}
	})
}

func statementWith(t *testing.T, run migrations.Run, text string) migrations.Statement {
	t.Helper()
	for _, s := range run.Statements {
		if strings.Contains(s.SQL, text) {
			return s
		}
	}
	t.Fatalf("no statement with %q in %+v", text, run.Statements)
	return migrations.Statement{}
}

const percent = `-- alembic/versions/0002_percent.py --
"""percent"""
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("UPDATE users SET name = 'x' WHERE name LIKE 'a%'")
    op.execute("SELECT 5 % (id - id) FROM users")


def downgrade():
    pass
`

func TestAPercentSignIsReportedAsItIsWritten(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, percent)
		run, err := p.start().Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); f.Statement != "SELECT 5 % (id - id) FROM users" {
			t.Errorf("the statement that fails is %q", f.Statement)
		}
		statementWith(t, run, "LIKE 'a%'")
	})
}

func TestOneProcessServesSeveralDatabasesInTurn(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		d := p.upgraded()
		if _, err := d.Applied(t.Context(), migrations.Database{Address: "127.0.0.9", Hosts: []string{p.host}}); err != nil {
			t.Logf("docker's proxy listens on 127.0.0.1 only: %v", err)
		} else {
			t.Error("the second address was not used")
		}
		now, err := d.Applied(t.Context(), p.database())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"0001"}, now.Heads); diff != "" {
			t.Error(diff)
		}
	})
}

const notNull = `-- alembic/versions/0002_tenant.py --
"""tenant"""
from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("users", "name", nullable=False)


def downgrade():
    raise NotImplementedError("no way back")
`

func TestAFailureSaysWhatFailedAndWhere(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for _, scheme := range schemes(env) {
			t.Run(scheme, func(t *testing.T) {
				p := newProject(t, env, notNull)
				p.url = p.db.url(scheme, p.host)
				d := p.start()
				run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
				f := failureOf(t, err)
				want := migrations.Failure{
					Code: migrations.FailureSQL, Message: f.Message, Revision: "0002", File: f.File, Line: 10,
					Statement: "ALTER TABLE users ALTER COLUMN name SET NOT NULL", SQLState: "23502",
					Schema: "public", Table: "users", Column: "name", Exception: "IntegrityError", Traceback: f.Traceback,
				}
				if diff := cmp.Diff(want, *f); diff != "" && scheme != "postgresql+pg8000" {
					t.Error(diff)
				}
				if f.Revision != "0002" || f.SQLState != "23502" || !strings.Contains(f.Message, "contains null values") {
					t.Errorf("failure: %+v", f)
				}
				if len(run.Heads) != 0 || len(run.Statements) == 0 {
					t.Errorf("all in one transaction, yet: %+v", run)
				}
				if _, err := d.Upgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
					t.Errorf("the driver does not work after a failure: %v", err)
				}
			})
		}
	})
}

func schemes(env environment) []string {
	if env.name == "oldest" {
		return []string{"postgresql+psycopg2", "postgresql+pg8000"}
	}
	return []string{"postgresql+psycopg2", "postgresql+psycopg", "postgresql+pg8000"}
}

func TestADowngradeThatRaisesIsReported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, strings.Replace(notNull, `op.alter_column("users", "name", nullable=False)`, "pass", 1))
		d := p.upgraded()
		_, err := d.Downgrade(t.Context(), p.database(), migrations.At("0001"))
		f := failureOf(t, err)
		if f.Code != migrations.FailureException || f.Exception != "NotImplementedError" || f.Revision != "0002" || f.Line != 14 {
			t.Errorf("failure: %+v", f)
		}
		if len(f.Traceback) == 0 || strings.Contains(strings.Join(f.Traceback, "\n"), "site-packages") {
			t.Errorf("the traceback is not the project's: %q", f.Traceback)
		}
	})
}

func TestKeepBeforeCommitsWhatPrecedesAStatement(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for _, scheme := range schemes(env) {
			t.Run(scheme, func(t *testing.T) {
				p := newProject(t, env, strings.Replace(notNull, `    op.alter_column("users"`, "    op.add_column(\"users\", sa.Column(\"tenant\", sa.Integer()))\n    op.alter_column(\"users\"", 1))
				p.url = p.db.url(scheme, p.host)
				d := p.start()
				run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
				last := run.Statements[len(run.Statements)-1]
				if failureOf(t, err).SQLState != last.SQLState || strings.Contains(p.db.columns(t, "users"), "tenant") {
					t.Fatalf("it should fail and roll back: %+v", last)
				}
				_, err = d.UpgradeWith(t.Context(), p.database(), migrations.Head(), migrations.MoveOptions{KeepBefore: last.Seq})
				if failureOf(t, err).Code != migrations.FailureTool {
					t.Errorf("it did not end there: %v", err)
				}
				if columns := p.db.columns(t, "users"); !strings.Contains(columns, "tenant") {
					t.Errorf("users has %s", columns)
				}
			})
		}
	})
}
