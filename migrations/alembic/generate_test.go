package alembic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

// generate autogenerates and writes, on an upgraded database.
func (p *project) generate(d *Driver, r Revise) (Written, []migrations.Operation) {
	p.t.Helper()
	ops, err := d.Autogenerate(p.t.Context(), p.database())
	if err != nil {
		p.t.Fatal(err)
	}
	if r.Message == "" {
		r.Message = "change"
	}
	written, err := d.WriteRevision(p.t.Context(), r)
	if err != nil {
		p.t.Fatal(err)
	}
	return written, ops
}

// roundTrip upgrades to the head, back by one and again, and says what autogenerate still finds.
func (p *project) roundTrip(d *Driver, back string) []migrations.Operation {
	p.t.Helper()
	for _, step := range []func() (Run, error){
		func() (Run, error) { return d.Upgrade(p.t.Context(), p.database(), "head", MoveOptions{}) },
		func() (Run, error) { return d.Downgrade(p.t.Context(), p.database(), back, MoveOptions{}) },
		func() (Run, error) { return d.Upgrade(p.t.Context(), p.database(), "head", MoveOptions{}) },
	} {
		if _, err := step(); err != nil {
			p.t.Fatalf("%v\n%+v", err, err)
		}
	}
	ops, err := d.Autogenerate(p.t.Context(), p.database())
	if err != nil {
		p.t.Fatal(err)
	}
	return ops
}

func summaries(ops []migrations.Operation) []string {
	var all []string
	for _, o := range ops {
		all = append(all, strings.TrimSpace(o.String()+" "+o.Definition+" "+o.Type))
	}
	return all
}

func TestOperationsAreToldByObjectAndFacet(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "name = sa.Column(sa.String(20))\n    legacy = sa.Column(sa.Text)",
			"name = sa.Column(sa.String(64), nullable=False, server_default='x', index=True)\n    age = sa.Column(sa.Integer)\n"+
				"    __table_args__ = (sa.UniqueConstraint('age', name='uq_age'),)\n\n\n"+
				"class Team(Base):\n    __tablename__ = 'teams'\n    id = sa.Column(sa.Integer, primary_key=True)")
		d := p.upgraded()
		written, ops := p.generate(d, Revise{})
		want := []string{
			"create_table table:public.teams",
			"add_column column:public.users.age  INTEGER",
			"alter_column column:public.users.name type VARCHAR(64)",
			"alter_column column:public.users.name nullable NOT NULL",
			"alter_column column:public.users.name server_default 'x'",
			"create_index index:public.ix_users_name CREATE INDEX ix_users_name ON users (name)",
			"create_constraint constraint:public.users.uq_age ALTER TABLE users ADD CONSTRAINT uq_age UNIQUE (age)",
			"drop_column column:public.users.legacy  TEXT",
		}
		if diff := cmp.Diff(want, summaries(ops)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]migrations.Column{{Name: "id", Type: "INTEGER"}}, ops[0].Columns); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"0001"}, written.Parents); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(written.Content, "op.create_table('teams'") || !strings.HasSuffix(written.Path, "_change.py") {
			t.Errorf("%s:\n%s", written.Path, written.Content)
		}
	})
}

func TestNoiseGoesByFacet(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "name = sa.Column(sa.String(20))", "name = sa.Column(sa.String(64))")
		d := p.upgraded()
		p.db.exec(t, "CREATE TABLE stray (id int PRIMARY KEY, a text); CREATE INDEX stray_a ON stray (a)")
		noise, err := d.Autogenerate(t.Context(), p.database())
		if err != nil {
			t.Fatal(err)
		}
		if nothing, _ := p.generate(d, Revise{Exclude: noise}); !nothing.Nothing || nothing.Path != "" {
			t.Errorf("only noise, and yet: %+v", nothing)
		}
		p.replace("models.py", "sa.String(64))", "sa.String(64), server_default='x')\n    age = sa.Column(sa.Integer)")
		d = p.start()
		written, _ := p.generate(d, Revise{Exclude: noise})
		want := []string{"add_column column:public.users.age  INTEGER", "alter_column column:public.users.name server_default 'x'"}
		if diff := cmp.Diff(want, summaries(written.Operations)); diff != "" {
			t.Error(diff)
		}
		for _, never := range []string{"stray", "type_=", "String(length=64)"} {
			if strings.Contains(written.Content, never) {
				t.Errorf("%s is noise, and in the file:\n%s", never, written.Content)
			}
		}
		left, removed := migrations.Subtract(p.roundTrip(d, "0001"), noise)
		if len(left) != 0 || len(removed) != len(noise) {
			t.Errorf("afterwards there is left %v, and %v of %v", summaries(left), summaries(removed), summaries(noise))
		}
	})
}

func TestColumnsAndTablesAreRenamedWithTheirValues(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "note = sa.Column(sa.Text, nullable=False, server_default='-', index=True)")
		d := p.upgraded()
		p.db.exec(t, "UPDATE users SET legacy = 'kept'")
		r := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
		p.generate(d, Revise{RevisionID: "0002", Renames: []migrations.Rename{r}})
		if left := p.roundTrip(d, "0001"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if diff := cmp.Diff([]string{"kept", "kept"}, p.db.texts(t, "SELECT note FROM users")); diff != "" {
			t.Error(diff)
		}
		p.replace("models.py", `__tablename__ = "users"`, `__tablename__ = "people"`+"\n    age = sa.Column(sa.Integer)")
		d = p.start()
		r = migrations.Rename{Kind: migrations.RenameTable, Schema: "public", Table: "users", From: "users", To: "people"}
		p.generate(d, Revise{RevisionID: "0003", Renames: []migrations.Rename{r}})
		if left := p.roundTrip(d, "0002"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if diff := cmp.Diff([]string{"kept", "kept"}, p.db.texts(t, "SELECT note FROM people")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEnumTypesAreCreatedAndDropped(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n"+
			"    mood = sa.Column(sa.Enum('ok', \"it's\", name='mood'), nullable=False, server_default='ok')\n\n\n"+
			"class Team(Base):\n    __tablename__ = 'teams'\n    id = sa.Column(sa.Integer, primary_key=True)\n"+
			"    mood = sa.Column(sa.Enum('ok', \"it's\", name='mood'))\n    kind = sa.Column(sa.Enum('a', name='kind'))\n"+
			"    plain = sa.Column(sa.Enum('a', name='plain', native_enum=False))")
		d := p.upgraded()
		written, _ := p.generate(d, Revise{RevisionID: "0002"})
		if left := p.roundTrip(d, "0001"); len(left) != 0 {
			t.Errorf("left: %v\n%s", summaries(left), written.Content)
		}
		types := "SELECT typname::text FROM pg_type WHERE typtype = 'e' ORDER BY 1"
		if diff := cmp.Diff([]string{"kind", "mood"}, p.db.texts(t, types)); diff != "" {
			t.Error(diff)
		}
		p.replace("models.py", "kind = sa.Column(sa.Enum('a', name='kind'))", "other = sa.Column(sa.Enum('a', name='kind'))")
		d = p.start()
		p.generate(d, Revise{RevisionID: "0003"})
		if left := p.roundTrip(d, "0002"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if _, err := d.Downgrade(t.Context(), p.database(), "0001", MoveOptions{}); err != nil {
			t.Fatal(err)
		}
		if left := p.db.texts(t, types); len(left) != 0 {
			t.Errorf("the downgrade leaves the types %v", left)
		}
	})
}

func TestMessagesAreHeldByFilesThatImport(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		d := p.start()
		for _, message := range []string{`say """hi"""`, `\x and \N{nothing} \`, "100% %(here)s %%", `ends with "`, "naïve – ✓", "-m ${x} <%", "''' \"", "%%%"} {
			written, err := d.WriteRevision(t.Context(), Revise{Message: message, Empty: true})
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
		if _, err := d.Upgrade(t.Context(), p.database(), "head", MoveOptions{}); err != nil {
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
		written, _ := p.generate(d, Revise{AppendUpgrade: []string{
			"with op.get_context().autocommit_block():", "    op.execute('SELECT 1')", "sa.text('''", "x''')",
		}, AppendDowngrade: []string{"op.execute('SELECT 2')"}})
		if !strings.Contains(written.Content, "import app.kinds\n") {
			t.Errorf("app.kinds is not imported:\n%s", written.Content)
		}
		run, err := d.Upgrade(t.Context(), p.database(), "head", MoveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if s := statementWith(t, run, "SELECT 1"); s.Revision != written.Revision {
			t.Errorf("%+v", s)
		}
	})
}

func TestModelsThatAreNotThereAreRefused(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for value, code := range map[string]migrations.FailureCode{
			"None": migrations.FailureNoMetadata, "type(Base.metadata)()": migrations.FailureEmptyMetadata,
		} {
			p := newProject(t, env)
			p.replace("alembic/env.py", "target_metadata = Base.metadata", "target_metadata = "+value)
			d := p.upgraded()
			_, err := d.Autogenerate(t.Context(), p.database())
			if f := failureOf(t, err); f.Code != code || f.Hint == "" {
				t.Errorf("%s: %+v", value, f)
			}
		}
	})
}

func TestAnIndexThatIsMadeAnewLosesNoHalf(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n    __table_args__ = (sa.Index('i', 'name'),)")
	d := p.upgraded()
	p.db.exec(t, "CREATE INDEX i ON users (legacy)")
	noise, err := d.Autogenerate(t.Context(), p.database())
	if err != nil {
		t.Fatal(err)
	}
	p.replace("models.py", "sa.Index('i', 'name')", "sa.Index('i', 'name', 'legacy')")
	d = p.start()
	written, _ := p.generate(d, Revise{Exclude: noise})
	if _, dropped := find(written.Operations, migrations.DropIndex, "index:public.i"); !dropped || len(written.Operations) != 2 {
		t.Errorf("want the drop and the create: %v", summaries(written.Operations))
	}
	if left := p.roundTrip(d, "0001"); len(left) != 0 {
		t.Errorf("left: %v", summaries(left))
	}
}

func TestTheModelsSchemaIsCreated(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		if err := p.start().CreateAll(t.Context(), p.database()); err != nil {
			t.Fatal(err)
		}
		if got, want := p.db.columns(t, "users"), "id integer not null, name character varying(20), legacy text"; got != want {
			t.Errorf("users has %s, want %s", got, want)
		}
	})
}
