package trials

import (
	"testing"

	"devenv/devenv/database/data"
	"devenv/migrations"
)

func TestALossIsBlamedOnItsOnlyStatement(t *testing.T) {
	t.Parallel()
	column, table := data.Change{Table: "public.users", Column: "legacy"}, data.Change{Table: "public.tags"}
	const drop = "ALTER TABLE users DROP COLUMN legacy"
	for name, c := range map[string]struct {
		change     data.Change
		statements []string
		line       int
	}{
		"a drop":                          {column, []string{"ALTER TABLE users ADD age int", drop}, 1},
		"a type":                          {column, []string{`ALTER TABLE public.users ALTER COLUMN "legacy" TYPE varchar(3)`}, 0},
		"an update":                       {column, []string{"UPDATE users SET note = 'x', legacy = NULL WHERE id = 1"}, 0},
		"an update that reads it":         {column, []string{"UPDATE users SET note = legacy"}, -1},
		"another table's column":          {column, []string{"ALTER TABLE old_users DROP COLUMN legacy"}, -1},
		"two that may have":               {column, []string{"UPDATE users SET legacy = NULL WHERE id = 1", drop}, -1},
		"code that may have":              {column, []string{"DO $$ BEGIN PERFORM forget(); END $$", drop}, -1},
		"a drop of its default":           {column, []string{"ALTER TABLE users ALTER COLUMN legacy DROP DEFAULT"}, -1},
		"a table":                         {table, []string{drop, "DROP TABLE tags"}, 1},
		"rows":                            {table, []string{"DELETE FROM public.tags WHERE id > 3"}, 0},
		"a list":                          {table, []string{"TRUNCATE TABLE users, tags CASCADE"}, 0},
		"a key that would cascade":        {table, []string{"ALTER TABLE users ADD FOREIGN KEY (tag) REFERENCES tags ON DELETE CASCADE"}, -1},
		"a cascade that does not name it": {table, []string{"TRUNCATE users CASCADE"}, -1},
	} {
		u := &upgrade{}
		for line, sql := range c.statements {
			u.statements = append(u.statements, migrations.Statement{Revision: "3f2a", Line: line, SQL: sql})
		}
		object := c.change.Table
		if c.change.Column != "" {
			object += "." + c.change.Column
		}
		got, ok := u.causes([]data.Change{c.change})[object]
		if ok != (c.line >= 0) || ok && got.Line != c.line {
			t.Errorf("%s: %v, line %d, want %d", name, ok, got.Line, c.line)
		}
	}
}

func TestRenamedLabelsAreMeant(t *testing.T) {
	t.Parallel()
	const rename = "ALTER TYPE mood RENAME VALUE 'sad' TO 'low'"
	states := data.Change{Table: "public.users", Column: "feeling", Kind: data.ValuesChanged, Renamed: true}
	other := states
	other.Renamed = false
	for _, c := range []struct {
		what       string
		change     data.Change
		statements []string
		want       bool
	}{
		{"a label", states, []string{rename}, true},
		{"two states made one", other, []string{rename}, false},
		{"no label", states, []string{"ALTER TABLE users ALTER feeling TYPE text"}, false},
		{"an update as well", states, []string{rename, "UPDATE users SET feeling = 'ok' WHERE feeling = 'low'"}, false},
	} {
		u := &upgrade{}
		for _, sql := range c.statements {
			u.statements = append(u.statements, migrations.Statement{Revision: "3f2a", SQL: sql})
		}
		if got := u.meant([]data.Change{c.change})[0].Relabelled; got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}

func TestTimesGetAZoneByName(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]bool{
		"ALTER TABLE users ALTER at TYPE timestamptz USING at AT TIME ZONE 'Europe/Vienna'": true,
		"ALTER TABLE users ALTER at TYPE timestamptz":                                       false,
	} {
		u := &upgrade{statements: []migrations.Statement{{Revision: "3f2a", SQL: sql}}}
		u.after.Fingerprint.Tables = []data.TablePrint{{Schema: "public", Name: "users", Columns: []data.ColumnPrint{{Name: "at", Type: "timestamp with time zone"}}}}
		if got := u.meant([]data.Change{{Table: "public.users", Column: "at", Retyped: true}})[0].Retyped; got != want {
			t.Errorf("%s: %t", sql, got)
		}
	}
}

func TestARenameNamesBothValues(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{
		`UPDATE tool SET name = 'run_python' WHERE name = 'python'`: true,
		`RENAMED = {"python": "run_python"}`:                        true,
		`UPDATE tool SET name = 'run_' || name`:                     false,
		`UPDATE tool SET name = 'run_python'`:                       false,
	} {
		changes := []data.Change{{Kind: data.ValuesChanged, Renames: map[string]string{"python": "run_python"}}}
		if got := spelled(changes, source)[0].Renamed; got != want {
			t.Errorf("%s: %t", source, got)
		}
	}
}
