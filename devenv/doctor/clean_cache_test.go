package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/builds"
	"devenv/devenv/project"
)

func TestCleanLeavesTheCacheAloneDuringARun(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	t.Setenv("DEVENV_CACHE", cache)
	for _, dir := range []string{project.CacheTrees, project.CacheObjects, project.CacheKnown} {
		if err := os.MkdirAll(filepath.Join(cache, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var items, notes []string
	clean := func(dryRun bool) {
		t.Helper()
		items, notes = nil, nil
		add, note := func(i CleanItem) { items = append(items, i.Kind) }, func(text string) { notes = append(notes, text) }
		if err := cleanCache(dryRun, add, note); err != nil {
			t.Fatal(err)
		}
	}
	var run builds.Images
	if err := run.Open(t.Context(), cache, func(string) {}); err != nil {
		t.Fatal(err)
	}
	clean(false)
	if _, err := os.Stat(filepath.Join(cache,
		project.CacheObjects)); err != nil || len(items) > 0 || len(notes) != 1 || !strings.Contains(notes[0], "a run is under way") {
		t.Errorf("during a run, clean removes %v and says %q: %v", items, notes, err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	for _, dryRun := range []bool{true, false} {
		if clean(dryRun); strings.Join(items, " ") != "trees captures readings" || len(notes) > 0 {
			t.Errorf("clean removes %v and says %q", items, notes)
		}
	}
	for _, gone := range []string{project.CacheTrees, project.CacheObjects, project.CacheKnown} {
		if _, err := os.Stat(filepath.Join(cache, gone)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("clean does not remove %s: %v", gone, err)
		}
	}
}

func TestCleanDoesNotCreateACache(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	t.Setenv("DEVENV_CACHE", cache)
	if err := cleanCache(false, func(CleanItem) {}, func(string) {}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(cache); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it exists: %v", err)
	}
}
