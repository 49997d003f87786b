package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"devenv/devenv/report"
)

// What TrimObjects leaves: fewer loose objects than this, and those that a capture recently wrote or used. A capture
// writes about a dozen; one with many ignored files uses all of theirs each time.
const (
	mostObjects = 4000
	keptObjects = 7 * 24 * time.Hour
)

// KeepObjects sets the directory, absolute and created for the user alone, for the objects that this package writes:
// captures, with the untracked and ignored files in them, edited trees, and merges. The user's repository gets none:
// it is only read. Without KeepObjects nothing can be captured, edited or merged.
func (r *Repo) KeepObjects(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return report.Fail(report.KindWork, "", "create the directory of the captures: %w", err)
	}
	r.objects = dir
	return nil
}

// TrimObjects removes the loose objects that no capture has used for a week from the directory of KeepObjects, once
// there are very many. Call it at the start of a run, while nothing captured is in use: the next capture recreates
// what is missing. Packs stay: they hold what a partial clone got from its remote.
func (r *Repo) TrimObjects() error {
	loose, err := filepath.Glob(filepath.Join(globQuote(r.objects), "[0-9a-f][0-9a-f]", "*"))
	if err != nil {
		return report.Fail(report.KindWork, "", "list the objects of %s: %w", r.objects, err)
	}
	if len(loose) <= mostObjects {
		return nil
	}
	var failed error
	for _, name := range loose {
		info, err := os.Stat(name)
		if err == nil && time.Since(info.ModTime()) > keptObjects {
			err = os.Remove(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	if failed != nil {
		return report.Fail(report.KindWork, "", "remove old objects from %s: %w", r.objects, failed)
	}
	return nil
}

// mayWrite fails if KeepObjects has not set a directory for objects.
func (r *Repo) mayWrite() error {
	if r.objects == "" {
		return fmt.Errorf("write objects for %s: KeepObjects has not set a directory", r.root)
	}
	return nil
}

// objectsEnvironment makes git write to devenv's own objects, and read the user's as well.
func (r *Repo) objectsEnvironment() []string {
	if r.objects == "" {
		return nil
	}
	return []string{
		"GIT_OBJECT_DIRECTORY=" + r.objects,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + pathInList(filepath.Join(r.commonDir, "objects")),
	}
}

// userCommit returns a commit that the user's own git knows: the commit itself, or, if this package made it, the
// nearest of its first parents that is the user's.
func (r *Repo) userCommit(ctx context.Context, commit string) (string, error) {
	if r.objects == "" {
		return commit, nil // a submodule's: nothing is created there
	}
	const mostMade = 4 // a capture, its edited tree, and their merge
	line, err := r.git("rev-list", "--first-parent", "-n", strconv.Itoa(mostMade), commit).line(ctx)
	if err != nil {
		return "", err
	}
	users := *r
	users.objects = ""
	for _, ancestor := range strings.Fields(line) {
		if _, found, err := users.resolve(ctx, ancestor); err != nil || found {
			return ancestor, err
		}
	}
	return "", fmt.Errorf("commit %s has no parent in %s", short(commit), r.root)
}

// pathInList quotes a path for git's lists of paths, in which a colon would end it.
func pathInList(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
