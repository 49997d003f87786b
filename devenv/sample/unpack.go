package sample

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/devenv/report"
)

// Unpack creates the sample project in dir, which must be empty or not exist yet: a git repository with BaseBranch and
// FeatureBranch, the latter checked out, and one uncommitted edit (EditedFile). Commit ids are the same on every
// machine. On any error dir is left as it was. A directory that is not empty is a failure of report.KindUsage.
func Unpack(ctx context.Context, dir string) (err error) {
	created, err := claim(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(report.Fail(report.KindWork, "", "unpack the sample project into %s: %w", dir, err), empty(dir, created))
		}
	}()
	stream, err := importStream(history())
	if err != nil {
		return err
	}
	if err := git(ctx, dir, nil, "init", "--quiet", "--template=", "--object-format=sha1", "--initial-branch="+FeatureBranch); err != nil {
		return err
	}
	// Let people commit here, whatever their machine is configured for.
	for _, setting := range [][2]string{{"user.name", "Devenv Demo"}, {"user.email", "demo@toolshed.example"}} {
		if err := git(ctx, dir, nil, "config", setting[0], setting[1]); err != nil {
			return err
		}
	}
	if err := git(ctx, dir, stream, "fast-import", "--quiet", "--done"); err != nil {
		return err
	}
	if err := git(ctx, dir, nil, "reset", "--quiet", "--hard"); err != nil {
		return err
	}
	return writeLayer(dir, uncommitted)
}

// claim makes sure that dir is an empty directory, and returns whether it created it.
func claim(dir string) (created bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return false, report.Fail(report.KindWork, "Name a directory where you may write.", "create a directory for the sample project: %w", err)
		}
		return true, nil
	case err != nil:
		return false, report.Fail(report.KindUsage, "Name a directory that is empty or does not exist yet.", "unpack the sample project: %w", err)
	case len(entries) > 0:
		return false, report.Fail(report.KindUsage, "Name a directory that is empty or does not exist yet.",
			"unpack the sample project: %s is not empty, it contains %q, for example", dir, entries[0].Name())
	}
	return false, nil
}

// empty removes what a failed Unpack left in dir, and dir too if it was created.
func empty(dir string, created bool) error {
	if created {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}
