package alembic

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

func TestFilesWithAnyMessageCanBeImported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		d := p.start()
		for _, message := range []string{`say """hi"""`, `\x and \N{nothing} \`, "100% %(here)s %%", `ends with "`, "naïve – ✓", "-m ${x} <%", "''' \"", "%%%"} {
			written, err := d.WriteRevision(t.Context(), migrations.Revise{Message: message, Empty: true})
			if err != nil {
				t.Errorf("%q: %v", message, err)
				continue
			}
			history, err := d.History(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r, ok := history.Find(written.Revision); !ok || r.Message != message || len(history.Problems) != 0 {
				t.Errorf("%q is read back as %q, problems %v:\n%s", message, r.Message, history.Problems, written.Content)
			}
		}
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil {
			t.Error(err)
		}
	})
}

func TestCustomTypesAreImported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env, `-- app/__init__.py --
-- app/kinds.py --
import sqlalchemy as sa


class Tag(sa.types.UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "text"
`)
		p.replace("models.py", "import sqlalchemy as sa\n", "import sqlalchemy as sa\nfrom app.kinds import Tag\n")
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n    tag = sa.Column(Tag)")
		d := p.upgraded()
		written, _ := p.generate(d, migrations.Revise{AppendUpgrade: []string{
			"with op.get_context().autocommit_block():", "    op.execute('SELECT 1')", "sa.text('''", "x''')",
		}, AppendDowngrade: []string{"op.execute('SELECT 2')"}})
		if !strings.Contains(written.Content, "import app.kinds\n") {
			t.Errorf("app.kinds is not imported:\n%s", written.Content)
		}
		run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
		if err != nil {
			t.Fatal(err)
		}
		if s := statementWith(t, run, "SELECT 1"); s.Revision != written.Revision {
			t.Errorf("%+v", s)
		}
	})
}

func TestTheProjectsHooksAndOptionsAreRespected(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace(
			"alembic.ini", "prepend_sys_path = .",
			"prepend_sys_path = .\nfile_template = %%(year)d-%%(rev)s-%%(slug)s\ntruncate_slug_length = 10\n\n"+
				"[post_write_hooks]\nhooks = never\nnever.type = console_scripts\nnever.entrypoint = never\n",
		)
		p.replace("alembic/env.py", "target_metadata = Base.metadata", `target_metadata = Base.metadata


def number(context, revision, directives):
    if directives[0].upgrade_ops.is_empty():
        directives[:] = []
    else:
        directives[0].rev_id = "%04d" % (int(revision[0]) + 1)
`)
		p.replace(
			"alembic/env.py", "compare_type=True",
			"render_as_batch=True, process_revision_directives=number, "+
				"include_object=lambda o, name, *a: name != 'hidden', compare_type=True",
		)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "note = sa.Column(sa.Text)\n    hidden = sa.Column(sa.Text)")
		d := p.upgraded()
		r := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
		written, _ := p.generate(d, migrations.Revise{Message: "Rename the legacy column", Renames: []migrations.Rename{r}})
		name := filepath.Base(written.Path)
		named := strings.HasSuffix(name, "-0002-rename_the_.py") || strings.HasSuffix(name, "-0002-rename_.py")
		if written.Revision != "0002" || !named {
			t.Errorf("revision %s in %s", written.Revision, name)
		}
		if diff := cmp.Diff([]string{"never"}, written.PostWriteHooks); diff != "" {
			t.Error(diff)
		}
		if left := p.roundTrip(d, "0001"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if got := p.db.columns(t, "users"); got != "id integer not null, name character varying(20), note text" {
			t.Errorf("users has %s\n%s", got, written.Content)
		}
		if nothing, _ := p.generate(d, migrations.Revise{}); !nothing.Nothing {
			t.Errorf("there is nothing to do, but: %+v", nothing)
		}
	})
}

func TestAFileThatCannotBeImportedIsRemoved(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n    odd = sa.Column(Odd)")
	p.replace("models.py", "Base = declarative_base()", `Base = declarative_base()


class Odd(sa.types.UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "text"

    def __repr__(self):
        return "<odd>"
`)
	d := p.upgraded()
	if _, err := d.Autogenerate(t.Context(), p.database()); err != nil {
		t.Fatal(err)
	}
	_, err := d.WriteRevision(t.Context(), migrations.Revise{Message: "odd"})
	if f := failureOf(t, err); f.Code != migrations.FailureBrokenFile || f.Hint == "" {
		t.Errorf("%+v", f)
	}
	files, err := filepath.Glob(filepath.Join(p.dir, "alembic", "versions", "*.py"))
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if err := os.RemoveAll(filepath.Join(p.dir, "alembic", "versions")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "alembic", "versions"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = d.WriteRevision(t.Context(), migrations.Revise{Message: "nowhere", Empty: true, Parents: []string{}})
	if f := failureOf(t, err); f.Code != migrations.FailureUnwritable {
		t.Errorf("%+v", f)
	}
}

func TestTypesOfPackagesAreImported(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace(
			"models.py", "import sqlalchemy as sa\n",
			"import sqlalchemy as sa\nfrom geoalchemy2 import Geometry\nfrom sqlalchemy_utils import EmailType\n",
		)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n    mail = sa.Column(EmailType)\n"+
			"    place = sa.Column(Geometry('POINT', srid=4326, spatial_index=False))")
		written, _ := p.generate(p.upgraded(), migrations.Revise{})
		for _, line := range []string{
			"import geoalchemy2.types\n", "import sqlalchemy_utils.types.email\n",
			"geoalchemy2.types.Geometry(geometry_type='POINT', srid=4326",
		} {
			if strings.Count(written.Content, line) != 1 {
				t.Errorf("the file does not contain %q exactly once:\n%s", line, written.Content)
			}
		}
	})
}

func TestATypeChangeWithoutACastIsReported(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace("alembic/versions/0001_first.py", `sa.Column("legacy", sa.Text()`, `sa.Column("legacy", sa.Integer()`)
	p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Date)")
	written, _ := p.generate(p.upgraded(), migrations.Revise{})
	want := "    # PostgreSQL has no cast from integer to date: give the conversion as postgresql_using.\n" +
		"    op.alter_column('users', 'legacy'"
	if !strings.Contains(written.Content, want) {
		t.Errorf("the file does not say so:\n%s", written.Content)
	}
}
