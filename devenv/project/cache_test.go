package project

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// wantModes checks the permissions of directories and files below dir.
func wantModes(t *testing.T, dir string, want map[string]fs.FileMode) {
	t.Helper()
	for name, mode := range want {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v: %v", filepath.Join(dir, name), info.Mode().Perm(), mode, err)
		}
	}
}

func TestTheCacheBecomesPrivateToTheUser(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("DEVENV_CACHE", "")
	for range 2 { // the second time as an older devenv left it
		if _, err := OpenCache(); err != nil {
			t.Fatal(err)
		}
		wantModes(t, filepath.Join(home, "devenv"), map[string]fs.FileMode{".": 0o700, "trees": 0o700, "objects": 0o700})
		for _, dir := range []string{"devenv", "devenv/trees", "devenv/objects"} {
			if err := os.Chmod(filepath.Join(home, dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestACustomCacheDirectoryKeepsItsModes(t *testing.T) {
	named, fresh := t.TempDir(), filepath.Join(t.TempDir(), "new", "cache")
	if err := os.Chmod(named, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(named, "trees"), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, own := range map[string]fs.FileMode{named: 0o755, fresh: 0o700} {
		t.Setenv("DEVENV_CACHE", dir)
		if _, err := OpenCache(); err != nil {
			t.Fatal(err)
		}
		wantModes(t, dir, map[string]fs.FileMode{".": own, "trees": 0o700, "objects": 0o700})
	}
}
