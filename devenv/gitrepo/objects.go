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

// What TrimObjects leaves: fewer loose objects than this, and those that a capture wrote or met again lately. A capture makes a
// dozen; one with many ignored files meets all of them each time.
const (
	mostObjects = 4000
	keptObjects = 7 * 24 * time.Hour
)

// KeepObjects makes the objects that this package writes (captures, with the untracked and the ignored files in them, edited
// trees, merges) lie in a directory of devenv's own, absolute, which is made for the user alone. The user's repository gets
// none: it is only read. Nothing is captured, edited or merged without it.
func (r *Repo) KeepObjects(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return report.Fail(report.KindWork, "", "make the directory of the captures: %w", err)
	}
	r.objects = dir
	return nil
}

// TrimObjects removes the loose objects that no capture has met for a week from the directory of KeepObjects, once it holds very
// many. Call it while nothing that was captured is in use, at the start of a run: what is missing is made again by the next
// capture. Packs stay: they hold what a partial clone got from its remote.
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

// mayWrite reports whether there is a place for objects that is not the user's.
func (r *Repo) mayWrite() error {
	if r.objects == "" {
		return fmt.Errorf("write objects for %s: KeepObjects has not said where", r.root)
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

// userCommit returns a commit as the user's own git knows it: itself, or, of one that this package made, the nearest of its first
// parents that is the user's.
func (r *Repo) userCommit(ctx context.Context, commit string) (string, error) {
	if r.objects == "" {
		return commit, nil // a submodule's: nothing is made there
	}
	const mostMade = 4 // of a capture, its tree edited, and their merge
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

// pathInList quotes a path for a list of paths as git reads it, in which a colon would end it.
func pathInList(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
