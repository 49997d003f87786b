package alembic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

// flaskProject is a project with Flask-Migrate. Its env.py works with all its versions: none of them has the
// database's address or the models, but asks for the application.
const flaskProject = `-- shop/__init__.py --
import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Item(db.Model):
    __tablename__ = "items"
    id = db.Column(db.Integer, primary_key=True)
    price = db.Column(db.Integer)


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
    db.init_app(app)
    migrate = Migrate(app, db, compare_type=True)

    @migrate.configure
    def mark(config):
        config.set_main_option("marked", "yes")
        return config

    return app
-- migrations/alembic.ini --
[alembic]
# Flask-Migrate ignores this
script_location = elsewhere
-- migrations/env.py --
from alembic import context
from flask import current_app

extension = current_app.extensions["migrate"]
assert context.config.get_main_option("marked") == "yes"
with extension.db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=extension.db.metadata, **extension.configure_args)
    with context.begin_transaction():
        context.run_migrations()
-- migrations/script.py.mako --
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
-- migrations/versions/0001_items.py --
from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("items", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("items")
`

func eachFlask(t *testing.T, test func(t *testing.T, p *project, o Options)) {
	t.Helper()
	for _, name := range []string{"oldest flask", "newest flask"} {
		t.Run(name, func(t *testing.T) {
			test(t, newProject(t, newEnvironment(t, name), flaskProject), Options{Config: "migrations/alembic.ini"})
		})
	}
}

func TestFlaskMigrateRunsInTheApplication(t *testing.T) {
	eachFlask(t, func(t *testing.T, p *project, o Options) {
		p.write("-- .flaskenv --\nFLASK_APP=shop\n-- app.py --\nraise RuntimeError('FLASK_APP names another')\n")
		if strings.HasPrefix(p.env.name, "oldest") { // without python-dotenv, which reads .flaskenv
			p.write("-- app.py --\nfrom shop import create_app\n")
		}
		d := p.start(o)
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil {
			t.Fatal(err)
		}
		ops, err := d.Autogenerate(t.Context(), p.database())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"add_column column:public.items.price  INTEGER"}, summaries(ops)); diff != "" {
			t.Error(diff)
		}
		written, err := d.WriteRevision(t.Context(), migrations.Revise{Message: "Prices"})
		if err != nil || !strings.Contains(written.Path, "migrations/versions/") {
			t.Fatalf("%+v, %v", written, err)
		}
		run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
		if err != nil || len(run.Revisions) != 1 {
			t.Fatalf("%+v, %v", run, err)
		}
		if columns := p.db.columns(t, "items"); !strings.Contains(columns, "price") {
			t.Errorf("items has %s", columns)
		}
		_, err = d.Applied(t.Context(), migrations.Database{Address: "127.0.0.9", Hosts: []string{p.host}})
		if failureOf(t, err).Code != migrations.FailureConnect {
			t.Errorf("the application's pool kept a connection to the previous address: %v", err)
		}
	})
}

func TestFlaskWithoutAnApplicationSaysSo(t *testing.T) {
	eachFlask(t, func(t *testing.T, p *project, o Options) {
		d := p.start(o)
		_, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); f.Code != migrations.FailureTool || !strings.Contains(f.Message, "no application") ||
			!strings.Contains(f.Hint, "FLASK_APP") {
			t.Errorf("%+v", f)
		}
		p.write("-- app.py --\nfrom flask import Flask\ndef create_app():\n    return Flask(__name__), 1\n")
		_, err = d.Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); !strings.Contains(f.Hint, "app = create_app()[0], and set FLASK_APP=wsgi.py") {
			t.Errorf("a factory that returns two things: %+v", f)
		}
		p.write("-- app.py --\nfrom flask import Flask\napp = Flask(__name__)\n")
		_, err = p.start(o).Upgrade(t.Context(), p.database(), migrations.Head())
		if f := failureOf(t, err); !strings.Contains(f.Message, "has no Flask-Migrate") {
			t.Errorf("%+v", f)
		}
	})
}
