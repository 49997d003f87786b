package project

import (
	"os"
	"path/filepath"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// The directories of the cache. They contain ignored files, and so secrets; only the user may read them.
const (
	CacheTrees   = "trees"   // private trees
	CacheObjects = "objects" // the captured working tree of each worktree, as git objects
	CacheKnown   = "known"   // what runs have read in the bases' data
)

// cacheVariable is the environment variable that sets the cache directory.
const cacheVariable = "DEVENV_CACHE"

// CacheDirectory returns the directory of private trees: $DEVENV_CACHE, or else devenv in the user's cache directory.
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

// OpenCache creates the cache and returns its directory. It restricts everything devenv made there to the user, even if
// the modes were wider. A directory that DEVENV_CACHE names and that already existed keeps its modes, since others may
// use it too.
func OpenCache() (string, error) {
	dir, err := CacheDirectory()
	if err != nil {
		return "", err
	}
	private := []string{dir, filepath.Join(dir, CacheTrees), filepath.Join(dir, CacheObjects), filepath.Join(dir, CacheKnown)}
	if _, err := os.Stat(dir); err == nil && os.Getenv(cacheVariable) != "" {
		private = private[1:]
	}
	for _, d := range private {
		if err := makePrivate(d); err != nil {
			return "", report.Fail(report.KindWork, "take ownership of it, or choose another cache with DEVENV_CACHE",
				"make the cache private: %w", err)
		}
	}
	return dir, nil
}

// makePrivate creates a directory, or changes the mode of an existing one, so that only its owner can read it.
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

// KeepCaptures tells the repository where in the cache to store the captures of a worktree, by its id, and returns the
// cache directory. Commands that capture nothing do not call it, so that they work where no cache can be created.
func KeepCaptures(repo *gitrepo.Repo, worktreeID string) (cache string, err error) {
	if cache, err = OpenCache(); err != nil {
		return "", err
	}
	return cache, repo.KeepObjects(filepath.Join(cache, CacheObjects, worktreeID))
}
