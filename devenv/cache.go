package devenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/builds"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// The directories of the cache. They hold ignored files with their secrets, so they are the user's alone.
const (
	cacheTrees   = "trees"   // private trees
	cacheObjects = "objects" // what was captured, as git objects, for each worktree
)

// cacheVariable names the cache's directory.
const cacheVariable = "DEVENV_CACHE"

// cacheDirectory is where private trees lie: $DEVENV_CACHE, else devenv in the user's cache directory.
func cacheDirectory() (string, error) {
	if dir := os.Getenv(cacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", report.Fail(report.KindWork, "set HOME, XDG_CACHE_HOME or DEVENV_CACHE", "find the cache directory: %w", err)
	}
	return filepath.Join(dir, "devenv"), nil
}

// openCache makes the cache and returns its directory. All that devenv made is the user's alone afterwards, whatever its modes
// were. A directory that DEVENV_CACHE names and that was there before keeps its own: it may serve others as well.
func openCache() (string, error) {
	dir, err := cacheDirectory()
	if err != nil {
		return "", err
	}
	own := []string{dir, filepath.Join(dir, cacheTrees), filepath.Join(dir, cacheObjects)}
	if _, err := os.Stat(dir); err == nil && os.Getenv(cacheVariable) != "" {
		own = own[1:]
	}
	for _, d := range own {
		if err := makePrivate(d); err != nil {
			return "", report.Fail(report.KindWork, "make it yours, or choose another cache with DEVENV_CACHE",
				"keep the cache for you alone: %w", err)
		}
	}
	return dir, nil
}

// makePrivate makes a directory, or what is there already, one that its owner alone looks into.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(dir, info.Mode().Perm()&0o700)
}

// keepCaptures gives what will be captured of a repository its place in the cache, and returns the cache's directory. Commands that
// capture nothing do without: they work where no cache can be made.
func keepCaptures(repo *gitrepo.Repo) (cache string, err error) {
	if cache, err = openCache(); err != nil {
		return "", err
	}
	return cache, repo.KeepObjects(filepath.Join(cache, cacheObjects, WorktreeID(repo.Root())))
}

// cleanCache removes what the cache holds; the next run makes it anew. A run that is under way in any worktree is in the middle
// of reading it: then it stays.
func cleanCache(dryRun bool, add func(CleanItem), note func(string)) (err error) {
	cache, err := cacheDirectory()
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
		cleanCached("trees", filepath.Join(cache, cacheTrees), dryRun, add),
		cleanCached("captures", filepath.Join(cache, cacheObjects), dryRun, add),
	)
}
