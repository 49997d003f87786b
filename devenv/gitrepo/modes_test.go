package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestIgnoredFilesKeepTheirModesInEveryTree(t *testing.T) {
	s, base := behind(t)
	modes := map[string]os.FileMode{".env": 0o600, "cache/tool.sh": 0o755, "cache/key": 0o400, "draft.py": 0o640, "models.py": 0o644}
	for name, mode := range modes {
		s.write(name, "x\n")
		if err := os.Chmod(s.path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	want := func(files sandbox, names ...string) {
		t.Helper()
		for _, name := range names {
			if info, err := os.Stat(files.path(name)); err != nil || info.Mode().Perm() != modes[name] {
				t.Errorf("%s is %v, not %v, %v", name, info.Mode().Perm(), modes[name], err)
			}
		}
	}
	c := capture(t, s, CaptureOptions{Include: []string{".env", "cache"}})
	id, err := s.open().WithIncluded(context.Background(), base, c)
	if err != nil {
		t.Fatal(err)
	}
	_, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "base", Treeish: id, Modes: c.Modes})
	want(files, ".env", "cache/tool.sh", "cache/key")
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "branch", Treeish: c.Commit, Modes: c.Modes})
	for range 2 { // also when there is nothing to write
		if _, _, err := s.open().Merge(context.Background(), made, c.Commit, base); err != nil {
			t.Fatal(err)
		}
		want(files, ".env", "cache/tool.sh", "cache/key", "draft.py", "models.py")
	}
}

func TestIgnoredFileModesDoNotFollowLinks(t *testing.T) {
	s := newSandbox(t)
	outside := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": outside, "dir": filepath.Dir(outside)} {
		if err := os.Symlink(to, s.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	tree(t, s, TreeOptions{
		Cache: t.TempDir(), ID: "x", Treeish: capture(t, s, CaptureOptions{}).Commit,
		Modes: map[string]os.FileMode{"link": 0o600, "dir/file": 0o600},
	})
	if info, err := os.Stat(outside); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("a file outside the tree is %v, %v", info.Mode(), err)
	}
}
