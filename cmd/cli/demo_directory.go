package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// demoMarker is the file in a demo's git directory that lists its commits as unpacked. It is written last, so that only
// a complete demo has it.
const demoMarker = "devenv-demo"

// demoDirectory returns the demo's directory, absolute: dir, or one below the cache directory.
func demoDirectory(dir string, env func(string) string) (string, error) {
	if dir != "" {
		return filepath.Abs(dir)
	}
	cache := env("DEVENV_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", report.Fail(report.KindUsage, "name a directory: devenv demo DIR", "find a directory for the demo: %w", err)
		}
		cache = filepath.Join(user, "devenv")
	}
	return filepath.Abs(filepath.Join(cache, "demo", "toolshed"))
}

// replaceDemo unpacks the sample into dir, replacing an earlier demo. Anything else in dir is a failure of KindUsage.
func replaceDemo(ctx context.Context, dir string) error {
	old, err := isDemo(ctx, dir)
	if err != nil {
		return err
	}
	if old {
		if err := emptyDirectory(dir); err != nil {
			return report.Fail(report.KindWork, "", "remove the earlier demo in %s: %w", dir, err)
		}
	}
	if err := sample.Unpack(ctx, dir); err != nil {
		return err
	}
	commits, err := demoCommits(ctx, dir)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, ".git", demoMarker), commits, 0o644)
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "mark %s as a demo: %w", dir, err)
	}
	return nil
}

// isDemo reports whether dir holds a demo in which nobody has committed since. If it holds anything else, that is the
// user's, and isDemo fails.
func isDemo(ctx context.Context, dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return false, nil
	}
	if err != nil {
		return false, report.Fail(report.KindUsage, "name another directory: devenv demo DIR", "read %s: %w", dir, err)
	}
	marked, err := os.ReadFile(filepath.Join(dir, ".git", demoMarker))
	if err != nil {
		return false, report.Fail(report.KindUsage, "name a directory that is empty or does not exist yet: devenv demo DIR",
			"%s is not empty and is not a demo", dir)
	}
	commits, err := demoCommits(ctx, dir)
	if err != nil || !bytes.Equal(commits, marked) {
		return false, report.Fail(report.KindUsage, "name another directory, or remove it yourself:\n    rm -r "+report.ShellWord(dir),
			"the demo in %s has new commits, so it is not replaced", dir)
	}
	return true, nil
}

// demoCommits lists the branches of a demo with their commits, and the branch that is checked out.
func demoCommits(ctx context.Context, dir string) ([]byte, error) {
	list := exec.CommandContext(ctx, "git", "for-each-ref", "--format=%(HEAD) %(refname) %(objectname)", "refs/heads", "refs/stash")
	list.Dir = dir
	for _, variable := range os.Environ() {
		// A hook's variables name another repository.
		if !strings.HasPrefix(variable, "GIT_") {
			list.Env = append(list.Env, variable)
		}
	}
	return list.Output()
}

// emptyDirectory removes what is in dir but not dir itself, because a shell may be in it.
func emptyDirectory(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}
