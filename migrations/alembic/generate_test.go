package alembic

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

// generate runs autogenerate on an upgraded database and writes the revision.
func (p *project) generate(d *Driver, r migrations.Revise) (migrations.Written, []migrations.Operation) {
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

// roundTrip upgrades to the head, downgrades, upgrades again, and returns what autogenerate still finds.
func (p *project) roundTrip(d *Driver, back string) []migrations.Operation {
	p.t.Helper()
	for _, step := range []func() (migrations.Run, error){
		func() (migrations.Run, error) { return d.Upgrade(p.t.Context(), p.database(), migrations.Head()) },
		func() (migrations.Run, error) { return d.Downgrade(p.t.Context(), p.database(), migrations.At(back)) },
		func() (migrations.Run, error) { return d.Upgrade(p.t.Context(), p.database(), migrations.Head()) },
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

func TestOperationsAreReportedByObjectAndFacet(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "name = sa.Column(sa.String(20))\n    legacy = sa.Column(sa.Text)",
			"name = sa.Column(sa.String(64), nullable=False, server_default='x', index=True)\n    age = sa.Column(sa.Integer)\n"+
				"    __table_args__ = (sa.UniqueConstraint('age', name='uq_age'),)\n\n\n"+
				"class Team(Base):\n    __tablename__ = 'teams'\n    id = sa.Column(sa.Integer, primary_key=True)")
		d := p.upgraded()
		written, ops := p.generate(d, migrations.Revise{})
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

func TestNoiseIsRemovedByFacet(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "name = sa.Column(sa.String(20))", "name = sa.Column(sa.String(64))")
		d := p.upgraded()
		p.db.exec(t, "CREATE TABLE stray (id int PRIMARY KEY, a text); CREATE INDEX stray_a ON stray (a)")
		noise, err := d.Autogenerate(t.Context(), p.database())
		if err != nil {
			t.Fatal(err)
		}
		if nothing, _ := p.generate(d, migrations.Revise{Exclude: noise}); !nothing.Nothing || nothing.Path != "" {
			t.Errorf("there is only noise, but: %+v", nothing)
		}
		p.replace("models.py", "sa.String(64))", "sa.String(64), server_default='x')\n    age = sa.Column(sa.Integer)")
		d = p.start()
		written, _ := p.generate(d, migrations.Revise{Exclude: noise})
		want := []string{"add_column column:public.users.age  INTEGER", "alter_column column:public.users.name server_default 'x'"}
		if diff := cmp.Diff(want, summaries(written.Operations)); diff != "" {
			t.Error(diff)
		}
		for _, never := range []string{"stray", "type_=", "String(length=64)"} {
			if strings.Contains(written.Content, never) {
				t.Errorf("%s is noise, but in the file:\n%s", never, written.Content)
			}
		}
		left, removed := migrations.Subtract(p.roundTrip(d, "0001"), noise)
		if len(left) != 0 || len(removed) != len(noise) {
			t.Errorf("left: %v; noise: %v, want %v", summaries(left), summaries(removed), summaries(noise))
		}
	})
}

func TestMissingModelsAreRefused(t *testing.T) {
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

func TestARecreatedIndexIsDroppedAndCreated(t *testing.T) {
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
	written, _ := p.generate(d, migrations.Revise{Exclude: noise})
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

// TestPartitionsOfAModelsTableStay has partitions that only the database has, at two levels and with an index.
func TestPartitionsOfAModelsTableStay(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "legacy = sa.Column(sa.Text)\n\n\n"+
			"class Event(Base):\n    __tablename__ = 'events'\n    __table_args__ = {'postgresql_partition_by': 'RANGE (day)'}\n"+
			"    day = sa.Column(sa.Integer, primary_key=True)\n    kind = sa.Column(sa.Text)")
		d := p.upgraded()
		p.db.exec(t, `CREATE TABLE events (day integer NOT NULL PRIMARY KEY, kind text) PARTITION BY RANGE (day);
			CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (day);
			CREATE TABLE events_1a PARTITION OF events_1 FOR VALUES FROM (1) TO (5);
			CREATE INDEX ON events_1a (kind);
			CREATE TABLE visits (day integer NOT NULL) PARTITION BY RANGE (day);
			CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (10)`)
		ops, err := d.Autogenerate(t.Context(), p.database())
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(ops, func(a, b migrations.Operation) int { return strings.Compare(a.Object, b.Object) })
		if diff := cmp.Diff([]string{"drop_table table:public.visits", "drop_table table:public.visits_1"}, summaries(ops)); diff != "" {
			t.Errorf("only what no model describes is drift (-want +got):\n%s", diff)
		}
	})
}
