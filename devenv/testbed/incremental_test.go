package testbed

import (
	"errors"
	"os/exec"
	"testing"

	"devenv/devenv/base"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/session"
)

// TestAFailureInTheBackgroundIsTold covers the record that a base could not be made: it is for that base alone.
func TestAFailureInTheBackgroundIsTold(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &Testbed{Session: &session.Session{Workspace: &project.Workspace{Repo: repo}}, Base: &base.Base{Key: "one"}}
	told := func(want string) {
		t.Helper()
		if got := b.failedCompletion(); got != want {
			t.Errorf("the next run says %q, want %q", got, want)
		}
	}
	told("")
	b.Base.Upgraded = &database.Upgraded{Key: "none"}
	b.Continue = func(string, ...string) error { return nil }
	b.completeBase()
	told(unfinished)
	failure := errors.New("the seed fails")
	if err := b.RecordCompletion(failure); !errors.Is(err, failure) {
		t.Errorf("the failure became %v", err)
	}
	told("the seed fails")
	b.Base.Key = "another"
	told("")
	b.Base.Key = "one"
	if err := b.RecordCompletion(nil); err != nil {
		t.Error(err)
	}
	told("")
}
