package alembic

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

func TestColumnsAndTablesAreRenamedWithTheirValues(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		p.replace("models.py", "legacy = sa.Column(sa.Text)", "note = sa.Column(sa.Text, nullable=False, server_default='-', index=True)")
		d := p.upgraded()
		p.db.exec(t, "UPDATE users SET legacy = 'kept'")
		r := migrations.Rename{Kind: migrations.RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"}
		p.generate(d, migrations.Revise{RevisionID: "0002", Renames: []migrations.Rename{r}})
		if left := p.roundTrip(d, "0001"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if diff := cmp.Diff([]string{"kept", "kept"}, p.db.texts(t, "SELECT note FROM users")); diff != "" {
			t.Error(diff)
		}
		p.replace("models.py", `__tablename__ = "users"`, `__tablename__ = "people"`+"\n    age = sa.Column(sa.Integer)")
		d = p.start()
		r = migrations.Rename{Kind: migrations.RenameTable, Schema: "public", Table: "users", From: "users", To: "people"}
		p.generate(d, migrations.Revise{RevisionID: "0003", Renames: []migrations.Rename{r}})
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
		written, _ := p.generate(d, migrations.Revise{RevisionID: "0002"})
		if left := p.roundTrip(d, "0001"); len(left) != 0 {
			t.Errorf("left: %v\n%s", summaries(left), written.Content)
		}
		types := "SELECT typname::text FROM pg_type WHERE typtype = 'e' ORDER BY 1"
		if diff := cmp.Diff([]string{"kind", "mood"}, p.db.texts(t, types)); diff != "" {
			t.Error(diff)
		}
		p.replace("models.py", "kind = sa.Column(sa.Enum('a', name='kind'))", "other = sa.Column(sa.Enum('a', name='kind'))")
		d = p.start()
		p.generate(d, migrations.Revise{RevisionID: "0003"})
		if left := p.roundTrip(d, "0002"); len(left) != 0 {
			t.Errorf("left: %v", summaries(left))
		}
		if _, err := d.Downgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
			t.Fatal(err)
		}
		if left := p.db.texts(t, types); len(left) != 0 {
			t.Errorf("the downgrade leaves the types %v", left)
		}
	})
}
