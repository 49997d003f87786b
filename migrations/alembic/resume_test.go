package alembic

import (
	"path/filepath"
	"strings"
	"testing"

	"devenv/migrations"
)

// TestAResumedDriverReadsTheProjectAnew changes a model, to a text of equal length and within the second in which its
// bytecode could have been cached, and adds a revision.
func TestAResumedDriverReadsTheProjectAnew(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		p := newProject(t, env)
		d := p.start(Options{Resumable: true})
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []struct{ old, new string }{{"name = ", "nick = "}, {"nick = ", "nome = "}} {
			p.replace("models.py", name.old, name.new)
			resume(t, d)
			ops, err := d.Autogenerate(t.Context(), p.database())
			object := "column:public.users." + name.new[:4]
			if _, ok := find(ops, "add_column", object); err != nil || !ok {
				t.Errorf("%s is not found: %v, %v", object, ops, err)
			}
		}
		p.write(notNull)
		resume(t, d)
		history, err := d.History(t.Context())
		if err != nil || len(history.Revisions) != 2 {
			t.Errorf("%+v, %v", history, err)
		}
	})
}

func resume(t *testing.T, d *Driver) {
	t.Helper()
	if err := d.Suspend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Resume(t.Context(), migrations.StartOptions{Config: "alembic.ini"}); err != nil {
		t.Fatal(err)
	}
}

// TestAProcessWithAThreadIsNotForked has the interpreter's start-up start a thread, which a child would not have.
func TestAProcessWithAThreadIsNotForked(t *testing.T) {
	const threaded = `-- start/sitecustomize.py --
import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
`
	p := newProject(t, newEnvironment(t, "newest"), threaded)
	t.Setenv("PYTHONPATH", filepath.Join(p.dir, "start"))
	d := p.start(Options{Resumable: true})
	if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil {
		t.Fatal(err)
	}
	if err := d.Suspend(t.Context()); err == nil {
		t.Error("a process with a thread would have children")
	}
}

// TestAResumedDriverLacksPackagesNoLongerImported has env.py stop to import a package's module before a revision uses
// it.
func TestAResumedDriverLacksPackagesNoLongerImported(t *testing.T) {
	p := newProject(t, newEnvironment(t, "newest"))
	p.replace("models.py", "import sqlalchemy as sa", "import sqlalchemy as sa\nimport wsgiref.validate")
	d := p.start(Options{Resumable: true})
	if _, err := d.Upgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
		t.Fatal(err)
	}
	p.replace("models.py", "\nimport wsgiref.validate", "")
	p.write(strings.ReplaceAll(notNull, "    op.alter_column", "    import wsgiref\n    wsgiref.validate\n    op.alter_column"))
	resume(t, d)
	_, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
	if f := failureOf(t, err); f.Exception != "AttributeError" {
		t.Errorf("%+v", f)
	}
}
