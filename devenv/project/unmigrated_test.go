package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
)

const toolModel = "class Tool(Base):\n    __tablename__ = 'tools'\n"

func TestChangedTablesWithoutAMigrationAreFound(t *testing.T) {
	t.Parallel()
	tool := discover.MigrationTool{Kind: discover.Kinds()[0], ScriptLocation: "alembic", Versions: []string{"alembic/versions"}}
	for name, c := range map[string]struct {
		edits map[string]string // "" removes the file
		want  Begun
	}{
		"nothing changed":      {nil, Begun{}},
		"a column added":       {map[string]string{"app/models.py": toolModel + "    name = Column(Text)\n"}, Begun{Model: "app/models.py"}},
		"a new file":           {map[string]string{"app/loans.py": toolModel}, Begun{Model: "app/loans.py"}},
		"a file removed":       {map[string]string{"app/models.py": ""}, Begun{Model: "app/models.py"}},
		"a function added":     {map[string]string{"app/models.py": toolModel + "    def label(self):\n        return self.name\n"}, Begun{}},
		"another file":         {map[string]string{"app/main.py": "print('hello')\n"}, Begun{}},
		"a test's own tables":  {map[string]string{"tests/test_models.py": toolModel}, Begun{}},
		"the tool's own files": {map[string]string{"alembic/env.py": "target_metadata = Base.metadata\n# changed\nx = 1\n"}, Begun{}},
		"with a migration": {
			map[string]string{"app/models.py": "", "alembic/versions/2_two.py": "revision = '2'\n"},
			Begun{Revision: "alembic/versions/2_two.py"},
		},
		"a migration removed": {map[string]string{"app/models.py": "", "alembic/versions/1_one.py": ""}, Begun{Model: "app/models.py"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := committed(t, map[string]string{
				"app/models.py": toolModel, "alembic/env.py": "target_metadata = Base.metadata\n", "alembic/versions/1_one.py": "revision = '1'\n",
			})
			edit(t, dir, c.edits)
			repo, err := gitrepo.Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			base, err := repo.ResolveBase(t.Context(), "main")
			if err != nil {
				t.Fatal(err)
			}
			got, err := (&Workspace{Repo: repo}).Begun(t.Context(), base, tool)
			if err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
			if said := got.Unmigrated() != ""; said != (c.want.Model != "") {
				t.Errorf("said: %v", said)
			}
		})
	}
}

// committed returns a repository whose branch has these files.
func committed(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	edit(t, dir, files)
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch", "main"},
		{"add", "--all"},
		{"-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "files"},
	} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return dir
}

// edit writes files, and removes those without content.
func edit(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if content == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
