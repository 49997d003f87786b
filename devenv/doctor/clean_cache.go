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

// cleanCache removes what is in the cache; the next run makes it again. It removes nothing while a run in any worktree
// is using the cache.
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
		return report.Fail(report.KindWork, "make it writable, or choose another cache with DEVENV_CACHE", "lock %s: %w", lock.Path(), err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if !alone {
		note("trees, captures and readings in " + cache + " stay, because a run is under way")
		return nil
	}
	return errors.Join(
		cleanCached("trees", filepath.Join(cache, project.CacheTrees), dryRun, add),
		cleanCached("captures", filepath.Join(cache, project.CacheObjects), dryRun, add),
		cleanCached("readings", filepath.Join(cache, project.CacheKnown), dryRun, add),
	)
}
