package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/database/forward"
)

func TestADefaultThatTheCodeNamesIsAConstant(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	code := `ORG = UUID("{1F0C3A52-9D7E-4A7B-8A59-0B1C2D3E4F50}")` + "\nLAUNCH = date(2026, 1, 2)\n"
	if err := os.WriteFile(filepath.Join(root, "settings.py"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	changes := []forward.Change{
		{Object: "column:public.t.org", Moment: "1f0c3a529d7e4a7b8a590b1c2d3e4f50"},
		{Object: "column:public.t.launched", Moment: "2026-01-02"},
		{Object: "column:public.t.token", Moment: "2f0c3a529d7e4a7b8a590b1c2d3e4f50"},
		{Object: "view:public.v"},
	}
	got, err := unnamed(changes, root, []string{"settings.py"}, func(file string) bool { return file == "settings.py" })
	want := []forward.Change{{Object: "column:public.t.token", Moment: "2f0c3a529d7e4a7b8a590b1c2d3e4f50"}, {Object: "view:public.v"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAKeyThatNoUpsertNamesMayGo(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	code := "INSERT INTO members (email) VALUES (%s) ON CONFLICT (email) DO NOTHING\n"
	files := []string{"store.py", "test_tags.py", "3f2a_notes.py"}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(root, file), []byte(strings.ReplaceAll(code, "members", strings.TrimSuffix(file, ".py"))+code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	needed := forward.Change{Object: "constraint:public.members.email", On: "members", Conflict: []string{"email"}}
	changes := []forward.Change{
		needed,
		{Object: "constraint:public.members.name", On: "members", Conflict: []string{"name"}},
		{Object: "constraint:public.tags.email", On: "test_tags", Conflict: []string{"email"}},   // only a test names it
		{Object: "constraint:public.notes.email", On: "3f2a_notes", Conflict: []string{"email"}}, // only a revision does
	}
	got, err := unnamed(changes, root, files, func(file string) bool { return file == "3f2a_notes.py" })
	if diff := cmp.Diff([]forward.Change{needed}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
