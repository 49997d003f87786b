package alembic

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"devenv/migrations"
)

// form is one way in which projects use Alembic: a change on a branch, and the migration that must result.
//
// Each form is a file in testdata/forms. Its files overlay testdata/project.txtar; those below branch/ overlay the
// result once the base's migrations have run. setup.sql runs before everything else, seed.sql after the base's
// migrations. want.py is the written file without its docstring, for both versions of Alembic; want.VERSION.py is for
// one version. The archive's comment contains settings: "only VERSION", "noise" (seed.sql creates what the base's
// models do not describe), "stays TEXT" (what a downgrade cannot undo), "left TEXT" (what is reported instead of
// written), "rename KIND SCHEMA TABLE FROM TO" (an answer), "url SCHEME", "config FILE" and "section NAME".
type form struct {
	name     string
	base     txtar.Archive
	branch   txtar.Archive
	setup    string
	seed     string
	want     map[string]string
	settings map[string][]string
	path     string
}

func readForms(t *testing.T) []form {
	t.Helper()
	paths, err := filepath.Glob("testdata/forms/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no forms: %v", err)
	}
	var forms []form
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := form{
			name: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path, want: map[string]string{},
			settings: map[string][]string{},
		}
		for line := range strings.Lines(string(archive.Comment)) {
			if key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key != "" && key != "#" {
				f.settings[key] = append(f.settings[key], value)
			}
		}
		for _, file := range archive.Files {
			f.add(file)
		}
		forms = append(forms, f)
	}
	return forms
}

func (f *form) add(file txtar.File) {
	name, below := strings.CutPrefix(file.Name, "branch/")
	switch {
	case below:
		f.branch.Files = append(f.branch.Files, txtar.File{Name: name, Data: file.Data})
	case file.Name == "setup.sql":
		f.setup = string(file.Data)
	case file.Name == "seed.sql":
		f.seed = string(file.Data)
	case strings.HasPrefix(file.Name, "want"):
		f.want[file.Name] = string(file.Data)
	default:
		f.base.Files = append(f.base.Files, file)
	}
}

func (f *form) has(setting string) bool { return len(f.settings[setting]) > 0 }

// expected returns the file that a version of Alembic must write.
func (f *form) expected(version string) string {
	if text, ok := f.want["want."+version+".py"]; ok {
		return text
	}
	return f.want["want.py"]
}

// TestEveryFormIsWrittenAndRuns does with each form what happens on a branch: writes the revision on a database with
// data, upgrades, downgrades and upgrades again; then, on an empty database, it upgrades at once, downgrades to nothing
// and upgrades step by step.
func TestEveryFormIsWrittenAndRuns(t *testing.T) {
	for _, f := range readForms(t) {
		t.Run(f.name, func(t *testing.T) {
			each(t, func(t *testing.T, env environment) {
				if f.has("only") && f.settings["only"][0] != env.name {
					return
				}
				t.Parallel()
				f.run(t, env)
			})
		})
	}
}

func (f *form) run(t *testing.T, env environment) {
	p := newProject(t, env, string(txtar.Format(&f.base)))
	if f.has("url") {
		p.url = p.db.url(f.settings["url"][0], p.host)
	}
	p.db.execAll(t, f.setup)
	noise := f.noise(p)
	p.write(string(txtar.Format(&f.branch)))
	d := f.upgraded(p)
	if noise == nil {
		p.db.execAll(t, f.seed)
	}
	before := p.db.schema(t)
	written, _ := p.generate(d, migrations.Revise{RevisionID: "b0b", Exclude: noise, Renames: f.renames()})
	if written.Nothing {
		t.Fatal("nothing is written")
	}
	f.compare(t, env, written.Content)
	left, _ := migrations.Subtract(p.roundTrip(d, "b0b@-1"), noise)
	if diff := cmp.Diff(f.settings["left"], summaries(left)); diff != "" {
		t.Errorf("what autogenerate still finds:\n%s\n%s", diff, written.Content)
	}
	if _, err := d.Downgrade(t.Context(), p.database(), migrations.At("b0b@-1")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, f.withoutStaying(p.db.schema(t))); diff != "" {
		t.Errorf("the downgrade left a difference:\n%s", diff)
	}
	f.fromNothing(p, d)
}

// noise upgrades the database to the base's head, adds its data and compares it with the base's models, if the form has
// the setting "noise".
func (f *form) noise(p *project) []migrations.Operation {
	if !f.has("noise") {
		return nil
	}
	d := f.upgraded(p)
	p.db.execAll(p.t, f.seed)
	noise, err := d.Autogenerate(p.t.Context(), p.database())
	if err != nil || len(noise) == 0 {
		p.t.Fatalf("want noise, got %v, %v", noise, err)
	}
	return noise
}

func (f *form) upgraded(p *project) *Driver {
	var o Options
	if f.has("config") {
		o.Config = f.settings["config"][0]
	}
	if f.has("section") {
		o.Section = f.settings["section"][0]
	}
	d := p.start(o)
	if _, err := d.Upgrade(p.t.Context(), p.database(), migrations.Heads()); err != nil {
		p.t.Fatal(err)
	}
	return d
}

func (f *form) renames() []migrations.Rename {
	var renames []migrations.Rename
	for _, setting := range f.settings["rename"] {
		words := strings.Fields(setting)
		renames = append(renames, migrations.Rename{
			Kind: migrations.RenameKind(words[0]), Schema: words[1], Table: words[2], From: words[3], To: words[4],
		})
	}
	return renames
}

func (f *form) compare(t *testing.T, env environment, content string) {
	t.Helper()
	_, body, _ := strings.Cut(content, `"""`)
	_, body, _ = strings.Cut(body, "\"\"\"\n")
	want := f.expected(env.name)
	if os.Getenv("DEVENV_TEST_ACCEPT") != "" && body != want {
		f.accept(t, env, body)
		return
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(body, "\n")); diff != "" {
		t.Errorf("written (DEVENV_TEST_ACCEPT=1 accepts it):\n%s\n%s", body, diff)
	}
}

// accept writes the result to the form's file, as want.py or, if the other version's result differs, as
// want.VERSION.py.
func (f *form) accept(t *testing.T, env environment, body string) {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	archive, err := txtar.ParseFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	name := "want.py"
	for _, file := range archive.Files {
		if file.Name == "want.py" && string(file.Data) != body {
			name = "want." + env.name + ".py"
		}
	}
	files := archive.Files[:0]
	for _, file := range archive.Files {
		if file.Name != name {
			files = append(files, file)
		}
	}
	archive.Files = append(files, txtar.File{Name: name, Data: []byte(body)})
	if err := os.WriteFile(f.path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// withoutStaying returns the schema without the differences that the form expects a downgrade to leave.
func (f *form) withoutStaying(schema []string) []string {
	for i, line := range schema {
		for _, change := range f.settings["stays"] {
			was, is, _ := strings.Cut(change, " => ")
			if line == is {
				schema[i] = was
			}
		}
	}
	return schema
}

// fromNothing runs the whole history on an empty database: all at once, back to nothing, then one by one.
func (f *form) fromNothing(p *project, d *Driver) {
	p.t.Helper()
	p.db.recreate(p.t)
	p.db.execAll(p.t, f.setup)
	if _, err := d.Upgrade(p.t.Context(), p.database(), migrations.Head()); err != nil {
		p.t.Fatalf("at once, on an empty database: %v", err)
	}
	if _, err := d.Downgrade(p.t.Context(), p.database(), migrations.Nothing()); err != nil {
		p.t.Fatalf("back to nothing: %v", err)
	}
	history, err := d.History(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range history.Revisions {
		if _, err := d.Upgrade(p.t.Context(), p.database(), migrations.At(r.ID)); err != nil {
			p.t.Fatalf("one by one, %s: %v", r.ID, err)
		}
	}
}

// recreate drops the database and creates it again, empty.
func (d database) recreate(t *testing.T) {
	t.Helper()
	admin := database{name: "postgres", port: d.port, address: d.address}
	admin.exec(t, "DROP DATABASE "+d.name+" WITH (FORCE)")
	admin.exec(t, "CREATE DATABASE "+d.name)
}

// execAll runs statements, in which DATABASE_NAME stands for the database's name.
func (d database) execAll(t *testing.T, sql string) {
	t.Helper()
	if strings.TrimSpace(sql) != "" {
		d.exec(t, strings.ReplaceAll(sql, "DATABASE_NAME", d.name))
	}
}

// schema returns a sorted description of the database's schema that does not depend on the order of columns.
func (d database) schema(t *testing.T) []string {
	t.Helper()
	return d.texts(t, `
SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
       || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE c.relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname !~ '^(pg_|information_schema)'
UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema)' AND contype <> 'n'
UNION ALL SELECT 'enum ' || t.oid::regtype || ' ' || string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_type t JOIN pg_enum ON enumtypid = t.oid GROUP BY t.oid
UNION ALL SELECT 'sequence ' || oid::regclass FROM pg_class WHERE relkind = 'S'
UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
ORDER BY 1`)
}
