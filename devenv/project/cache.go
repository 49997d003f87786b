package project

import (
	"os"
	"path/filepath"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// The directories of the cache. They hold ignored files with their secrets, so they are the user's alone.
const (
	CacheTrees   = "trees"   // private trees
	CacheObjects = "objects" // what was captured, as git objects, for each worktree
)

// cacheVariable names the cache's directory.
const cacheVariable = "DEVENV_CACHE"

// CacheDirectory is where private trees lie: $DEVENV_CACHE, else devenv in the user's cache directory.
func CacheDirectory() (string, error) {
	if dir := os.Getenv(cacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", report.Fail(report.KindWork, "set HOME, XDG_CACHE_HOME or DEVENV_CACHE", "find the cache directory: %w", err)
	}
	return filepath.Join(dir, "devenv"), nil
}

// OpenCache makes the cache and returns its directory. All that devenv made is the user's alone afterwards, whatever its modes
// were. A directory that DEVENV_CACHE names and that was there before keeps its own: it may serve others as well.
func OpenCache() (string, error) {
	dir, err := CacheDirectory()
	if err != nil {
		return "", err
	}
	own := []string{dir, filepath.Join(dir, CacheTrees), filepath.Join(dir, CacheObjects)}
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

// KeepCaptures gives what will be captured of a repository its place in the cache, and returns the cache's directory. Commands that
// capture nothing do without: they work where no cache can be made.
func KeepCaptures(repo *gitrepo.Repo) (cache string, err error) {
	if cache, err = OpenCache(); err != nil {
		return "", err
	}
	return cache, repo.KeepObjects(filepath.Join(cache, CacheObjects, WorktreeID(repo.Root())))
}
