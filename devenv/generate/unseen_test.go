package generate

import (
	"os"
	"path/filepath"
	"testing"

	"devenv/devenv/gitrepo"
	"devenv/devenv/testbed"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

func TestModelsThatNobodyImportsAreTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []gitrepo.File
	for path, content := range map[string]string{
		"app/env.py": "from app import models\n", "app/models.py": "", "app/views.py": "", "tests/test_views.py": "from app import views\n",
	} {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, gitrepo.File{Path: path})
	}
	read := func(file string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, file)) }
	for file, want := range map[string]bool{"app/models.py": true, "app/views.py": false} {
		got, err := isImported(alembic.Models{}, file, files, read)
		if err != nil || got != want {
			t.Errorf("%s is imported: %v %v", file, got, err)
		}
	}
	m := &Migration{Unwritten: Unwritten{Unimported: []string{"app/views.py"}}}
	b := &testbed.Testbed{}
	b.Base = zeroOf(b.Base)
	const says = "autogenerate finds nothing to migrate, but no code imports app/views.py, which the branch changes and which uses the " +
		"models' metadata"
	if got := m.Nothing(b); got != says {
		t.Errorf("it says %q", got)
	}
	if got := (&Migration{}).Nothing(b); got != "autogenerate finds nothing to migrate; the catalogs were not compared" {
		t.Errorf("without a comparison it says %q", got)
	}
}

func TestRevisionsHiddenFromTheToolAreAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		existing bool
		history  Migration
		own      string
		fails    bool
	}{
		"none is seen":         {true, Migration{}, "versions/a.py", true},
		"they are set aside":   {false, Migration{}, "versions/a.py", false},
		"in another directory": {true, Migration{}, "versions/old/a.py", false},
		"it is seen":           {true, Migration{Revisions: []migrations.Revision{{ID: "a"}}}, "versions/a.py", false},
		"it is broken": {true, Migration{History: migrations.History{
			Problems: []migrations.Problem{{File: "versions/a.py"}},
		}}, "versions/a.py", false},
	} {
		b := &testbed.Testbed{Request: testbed.Request{Existing: c.existing}}
		b.Work, b.Project = zeroOf(b.Work), zeroOf(b.Project)
		b.Work.Own = []gitrepo.File{{Path: c.own}}
		b.Project.Migrations.Versions = []string{"versions"}
		if err := c.history.unseenRevisions(b); (err != nil) != c.fails {
			t.Errorf("%s: %v", name, err)
		}
	}
}
