package scratch

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/sample"
	"devenv/devenv/step"
)

// keyOf returns the key of the sample's backend image, as of the last commit.
func keyOf(t *testing.T, dir string) string {
	t.Helper()
	w, err := project.OpenReadOnly(t.Context(), project.OpenOptions{Choice: project.Choice{Dir: dir}, Note: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	w.Cache = t.TempDir()
	s, err := CheckOut(t.Context(), w, "branch", "HEAD", gitrepo.Capture{})
	if err == nil {
		err = s.Load(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var key string
	err = step.NewRunner(report.Silent{}).Run(t.Context(), step.New("key", func(ctx context.Context, log *step.Log) (err error) {
		key, err = s.BuildKey(ctx, s.Model.Services["backend"], false, log)
		return err
	}))
	if err := errors.Join(err, s.Close(), w.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestBuildKeyDependsOnTheUnderlyingImage(t *testing.T) {
	t.Parallel()
	e := enginetest.Require(t)
	enginetest.Images(t, "debian:trixie-slim", "postgres:17")
	dir, name := filepath.Join(t.TempDir(), "toolshed"), "devenv-test-from-"+strconv.Itoa(os.Getpid())+":1"
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	commit := exec.CommandContext(t.Context(), "sh", "-ec", `git stash -q; sed -i "s/debian:trixie-slim/$1/" backend/Dockerfile; git commit -qam "From another"`, "sh", name)
	commit.Dir = dir
	if out, err := commit.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	absent := keyOf(t, dir)
	t.Cleanup(func() {
		if err := e.RemoveImage(context.WithoutCancel(t.Context()), name, false); err != nil {
			t.Error(err)
		}
	})
	if err := e.Tag(t.Context(), "debian:trixie-slim", name); err != nil {
		t.Fatal(err)
	}
	first := keyOf(t, dir)
	if again := keyOf(t, dir); again != first || absent == first {
		t.Errorf("%s and %s for the same image, %s without one", first, again, absent)
	}
	if err := e.Tag(t.Context(), "postgres:17", name); err != nil {
		t.Fatal(err)
	}
	if second := keyOf(t, dir); second == first {
		t.Error("the underlying image differs, but the key is the same")
	}
}
