package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/builds"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// cleanCache removes what the cache holds; the next run makes it anew. A run that is under way in any worktree is in the middle
// of reading it: then it stays.
func cleanCache(dryRun bool, add func(CleanItem), note func(string)) (err error) {
	cache, err := project.CacheDirectory()
	if err != nil {
		return err
	}
	if _, err := os.Stat(cache); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock := builds.Lock(cache)
	alone, err := lock.TryLock()
	if err != nil {
		return report.Fail(report.KindWork, "make it writable for you, or choose another cache with DEVENV_CACHE", "lock %s: %w", lock.Path(), err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if !alone {
		note("trees and captures in " + cache + " stay: a run is under way that uses them")
		return nil
	}
	return errors.Join(
		cleanCached("trees", filepath.Join(cache, project.CacheTrees), dryRun, add),
		cleanCached("captures", filepath.Join(cache, project.CacheObjects), dryRun, add),
	)
}
