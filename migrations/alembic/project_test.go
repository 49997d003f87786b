package alembic

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"devenv/migrations"
)

// project is a small Alembic project in a directory, with a database of its own.
type project struct {
	t    *testing.T
	dir  string
	env  environment
	db   database
	url  string
	host string
}

// newProject unpacks testdata/project.txtar and then the overlays, which are in txtar form too.
func newProject(t *testing.T, env environment, overlays ...string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), env: env, db: newDatabase(t)}
	p.host = "database.example"
	p.url = p.db.url("postgresql+psycopg2", p.host)
	base, err := os.ReadFile("testdata/project.txtar")
	if err != nil {
		t.Fatal(err)
	}
	p.write(string(base))
	for _, overlay := range overlays {
		p.write(overlay)
	}
	return p
}

func (p *project) write(archive string) {
	p.t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(p.dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			p.t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

// replace replaces a string in one of the project's files.
func (p *project) replace(name, old, replacement string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		p.t.Fatalf("%s does not contain %q", name, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, replacement)), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// try starts the driver on the project as it is now.
func (p *project) try(o Options) (*Driver, error) {
	p.t.Helper()
	if o.Config == "" {
		o.Config = "alembic.ini"
	}
	o.OnStderr = func(line string) { p.t.Log("stderr: " + line) }
	env := []string{"DATABASE_URL=" + p.url}
	if p.env.name == "newest" {
		// Some images set this, which must make no difference.
		env = append(env, "PYTHONSAFEPATH=1")
	}
	return Start(p.t.Context(), o, newSubprocess(p.t, p.dir, p.env.python, env...))
}

func (p *project) start(o ...Options) *Driver {
	p.t.Helper()
	d, err := p.try(append(o, Options{})[0])
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if err := d.Close(p.t.Context()); err != nil && p.t.Context().Err() == nil {
			p.t.Error(err)
		}
	})
	return d
}

// database returns the project's database, with the host name from its URL.
func (p *project) database() migrations.Database { return p.at(p.db) }

func (p *project) at(db database) migrations.Database {
	return migrations.Database{Address: db.address, Hosts: []string{p.host}}
}

// upgraded starts the driver and upgrades the database to the head.
func (p *project) upgraded() *Driver { return p.upgradedTo("") }

// upgradedTo starts the driver and upgrades the database to a revision.
func (p *project) upgradedTo(revision string) *Driver {
	p.t.Helper()
	d := p.start()
	if _, err := d.Upgrade(p.t.Context(), p.database(), migrations.At(revision)); err != nil {
		p.t.Fatal(err)
	}
	return d
}

func find(ops []migrations.Operation, kind, object string) (migrations.Operation, bool) {
	for _, o := range ops {
		if o.Kind == kind && o.Object == object {
			return o, true
		}
	}
	return migrations.Operation{}, false
}
