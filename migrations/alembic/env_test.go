package alembic

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/report"
	"devenv/migrations"
)

const asyncEnv = `-- alembic/env.py --
import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base
from app_engine import engine


def run(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()


asyncio.run(main())
-- app_engine.py --
import os

from sqlalchemy.ext.asyncio import create_async_engine

# A pool that outlives the event loop and the command.
engine = create_async_engine(os.environ["DATABASE_URL"])
`

func TestEveryDriverFollowsTheAddress(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		schemes := []string{"postgresql+asyncpg"}
		if env.name == "newest" {
			schemes = append(schemes, "postgresql+psycopg")
		}
		for _, scheme := range schemes {
			t.Run(scheme, func(t *testing.T) {
				p := newProject(t, env, asyncEnv, notNull)
				p.url = p.db.url(scheme, p.host)
				d := p.start()
				_, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
				f := failureOf(t, err)
				if f.SQLState != "23502" || f.Column != "name" || f.Revision != "0002" || f.Line != 10 {
					t.Errorf("%+v", f)
				}
				if _, err := d.Upgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
					t.Fatal(err)
				}
				now, err := d.Applied(t.Context(), p.database())
				if err != nil || len(now.Heads) != 1 {
					t.Errorf("%+v, %v", now, err)
				}
				_, err = d.Applied(t.Context(), migrations.Database{Address: "127.0.0.9", Hosts: []string{p.host}})
				if failureOf(t, err).Code != migrations.FailureConnect {
					t.Errorf("a pooled connection to the previous address was used: %v", err)
				}
			})
		}
	})
}

func TestEnvFilesOfAllKindsWork(t *testing.T) {
	for name, code := range map[string]string{
		"prints": "import sys, os\nprint('{\"id\": 1, \"end\": true}')\nos.write(1, b'raw\\n')\n" +
			"sys.stdout = open(os.devnull, 'w')\n",
		"reads stdin":       "import sys\nassert sys.stdin.read() == ''\n",
		"changes directory": "import os\nos.chdir('/')\nos.environ.clear\n",
		"warns":             "import warnings\nwarnings.simplefilter('error')\n",
		"exits after all":   "import atexit, threading, sys\n",
		"reads the options": "from alembic import context\n" +
			"assert context.get_x_argument(as_dictionary=True)['tenant'] == 'a'\n" +
			"assert context.config.cmd_opts.x == ['tenant=a']\n",
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, env environment) {
				p := newProject(t, env)
				p.replace("alembic/env.py", "target_metadata = Base.metadata", code+"\ntarget_metadata = Base.metadata")
				if name == "exits after all" {
					p.replace("alembic/env.py", "        context.run_migrations()\n", "        context.run_migrations()\nsys.exit(0)\n")
				}
				d, err := p.try(Options{XArguments: []string{"tenant=a"}})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
					if err != nil || len(run.Heads) != 1 {
						t.Fatalf("%+v, %v", run, err)
					}
				}
				if err := d.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestThePackageOfEnvIsImportedWithoutPythonpath(t *testing.T) {
	p := newProject(
		t, newEnvironment(t, "newest"),
		"-- src/shop/__init__.py --\n-- src/shop/inner/__init__.py --\n-- src/shop/inner/numbers.py --\nFOUR = 4\n",
	)
	if err := os.Rename(filepath.Join(p.dir, "alembic"), filepath.Join(p.dir, "src/shop/inner/migrations")); err != nil {
		t.Fatal(err)
	}
	p.replace("alembic.ini", "%(here)s/alembic", "src/shop/inner/migrations")
	p.replace(
		"src/shop/inner/migrations/env.py", "target_metadata = Base.metadata",
		"target_metadata = Base.metadata\nfrom shop.inner.numbers import FOUR",
	)
	p.upgraded()
}

func TestBrokenEnvFilesAreReported(t *testing.T) {
	for name, c := range map[string]struct {
		old, code string
		failure   migrations.Failure
	}{
		"raises": {
			"Base.metadata", "1 / 0",
			migrations.Failure{
				Code: migrations.FailureException, Exception: "ZeroDivisionError",
				Message: "ZeroDivisionError: division by zero", Line: 10,
			},
		},
		"exits": {"Base.metadata", "exit(3)", migrations.Failure{Code: migrations.FailureExit, Exception: "SystemExit", Line: 10}},
		"no such name": {
			"from models import Base", "from models import Nothing",
			migrations.Failure{Code: migrations.FailureException, Exception: "ImportError", Line: 7},
		},
		"a syntax error": {
			"from models import Base", "from models import",
			migrations.Failure{Code: migrations.FailureException, Exception: "SyntaxError", Line: 7},
		},
		"runs nothing": {"context.run_migrations()", "pass", migrations.Failure{Code: migrations.FailureTool}},
		"bad url":      {`os.environ["DATABASE_URL"]`, `"postgre sql://me:hunter2@host/db"`, migrations.Failure{Code: migrations.FailureException}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, env environment) {
				p := newProject(t, env)
				p.replace("alembic/env.py", c.old, c.code)
				d := p.start()
				_, err := d.Applied(t.Context(), p.database())
				f := failureOf(t, err)
				elsewhere := f.Line != c.failure.Line || f.Exception != c.failure.Exception || !strings.HasSuffix(f.File, "env.py")
				if f.Code != c.failure.Code || c.failure.Line != 0 && elsewhere {
					t.Errorf("%+v", f)
				}
				if c.failure.Message != "" && f.Message != c.failure.Message {
					t.Errorf("message %q", f.Message)
				}
				if strings.Contains(f.Error()+strings.Join(f.Traceback, ""), "hunter2") {
					t.Errorf("the password is shown: %+v", f)
				}
				p.replace("alembic/env.py", c.code, c.old)
				if _, err := d.Applied(t.Context(), p.database()); err != nil {
					t.Errorf("once fixed: %v", err)
				}
			})
		})
	}
}

func TestMissingProjectFilesAreReported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for name, c := range map[string]struct {
			change func(p *project) Options
			code   migrations.FailureCode
		}{
			"no configuration": {func(*project) Options { return Options{Config: "none.ini"} }, migrations.FailureNoConfig},
			"no section":       {func(*project) Options { return Options{Section: "other"} }, migrations.FailureNoConfig},
			"no scripts": {
				func(p *project) Options { p.replace("alembic.ini", "/alembic\n", "/elsewhere\n"); return Options{} },
				migrations.FailureNoScripts,
			},
			"no script setting": {
				func(p *project) Options { p.replace("alembic.ini", "script_location", "other"); return Options{} },
				migrations.FailureNoScripts,
			},
		} {
			p := newProject(t, env)
			_, err := p.try(c.change(p))
			if f := failureOf(t, err); f.Code != c.code || f.Message == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		p := newProject(t, env)
		d := p.start()
		if err := os.Remove(filepath.Join(p.dir, "alembic", "env.py")); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Applied(t.Context(), p.database()); failureOf(t, err).Code != migrations.FailureNoEnv {
			t.Error(err)
		}
	})
}

func TestAnInterpreterWithoutAlembicIsReported(t *testing.T) {
	p := newProject(t, environment{name: "bare", python: "python3"})
	p.env.python = bare(t)
	_, err := p.try(Options{})
	if f := failureOf(t, err); f.Code != migrations.FailureNoTool || !strings.Contains(f.Message, "alembic") {
		t.Errorf("%+v", f)
	}
}

// bare returns an interpreter without any packages.
func bare(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run(t, "python3", "-m", "venv", "--without-pip", dir)
	return filepath.Join(dir, "bin", "python")
}

func TestADeadProcessIsNotAToolFailure(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace(
		"alembic/env.py", "target_metadata = Base.metadata",
		"import sys\nprint('last words', file=sys.stderr, flush=True)\nos._exit(7)",
	)
	d := p.start()
	_, err := d.Applied(t.Context(), p.database())
	var failure *migrations.Failure
	if err == nil || errors.As(err, &failure) {
		t.Fatalf("want an error that is not a tool failure, got %v", err)
	}
	if diff := cmp.Diff([]string{"last words"}, report.OutputOf(err)); diff != "" {
		t.Error(diff)
	}
	if _, again := d.Applied(t.Context(), p.database()); !errors.Is(again, err) {
		t.Errorf("the driver can no longer be used, but the second error is: %v", again)
	}
}

func TestAnEnvFileThatNeverCommitsIsNoticed(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace(
		"alembic/env.py", "with context.begin_transaction():\n        context.run_migrations()",
		"connection.begin()\n    context.run_migrations()",
	)
	run, err := p.start().Upgrade(t.Context(), p.database(), migrations.Head())
	if err != nil || len(run.Heads) != 0 || len(run.Revisions) != 1 {
		t.Errorf("%+v, %v", run, err)
	}
}

func TestTheVersionTableIsReadAndWritten(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.db.exec(t, "CREATE SCHEMA meta")
		p.replace(
			"alembic/env.py", "compare_type=True",
			"compare_type=True, version_table='versions', version_table_schema='meta', transaction_per_migration=True",
		)
		d := p.upgraded()
		if err := d.SetVersion(t.Context(), p.database(), "gone"); err != nil {
			t.Fatal(err)
		}
		now, err := d.Applied(t.Context(), p.database())
		want := migrations.Applied{
			Heads: []string{"gone"}, Table: "versions", Schema: "meta", Dialect: "postgresql", DBAPI: "psycopg2",
			Database: p.db.name,
		}
		if diff := cmp.Diff(want, now); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if diff := cmp.Diff([]string{"gone"}, p.db.texts(t, "SELECT version_num::text FROM meta.versions")); diff != "" {
			t.Error(diff)
		}
		if err := d.SetVersion(t.Context(), p.database()); err != nil {
			t.Fatal(err)
		}
		if left := p.db.texts(t, "SELECT version_num::text FROM meta.versions"); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestAnEnvThatSwallowsAFailureHidesNothing(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for _, then := range []string{"pass", "raise SystemExit(0)", "raise SystemExit(1)"} {
			p := newProject(t, env, notNull)
			p.replace("alembic/env.py", "        context.run_migrations()\n",
				"        try:\n            context.run_migrations()\n        except Exception:\n            "+then+"\n")
			_, err := p.start().Upgrade(t.Context(), p.database(), migrations.Head())
			if f := failureOf(t, err); f.Code != migrations.FailureSQL || f.SQLState != "23502" || f.Revision != "0002" || f.Line != 10 {
				t.Errorf("%s: %+v", then, f)
			}
		}
	})
}

// env.py may connect once more, to the next of several databases, after the last revision has run well.
func TestAConnectionAfterwardsIsNoRevisionsFault(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		const run = "        context.run_migrations()\n"
		p.replace("alembic/env.py", run, run+"        import socket\n        socket.create_connection((\"127.0.0.1\", 1))\n")
		_, err := p.start().Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); f.Code != migrations.FailureConnect || f.Revision != "" {
			t.Errorf("%+v", f)
		}
	})
}
