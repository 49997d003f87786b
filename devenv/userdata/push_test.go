package userdata

import (
	"os/exec"
	"slices"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/session"
)

func TestLaterPushesDoNotHideAPushedPassword(t *testing.T) {
	const image = "postgres:17"
	enginetest.Images(t, image)
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	repo, err := gitrepo.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := repo.Lock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release() //nolint:errcheck // the repository is removed with the test
	if err := repo.SharedRecord(pushedRecord).Write([]string{OutdatedBase + "registry.example/acme"}); err != nil {
		t.Fatal(err)
	}
	s := session.New("snapshot push", session.Options{})
	s.Workspace = &project.Workspace{Repo: repo, Engine: enginetest.Require(t)}
	push := Push{Registry: "registry.example/acme", What: "the base", Images: []string{image}, Record: BaseRecord, Yes: true}
	for range 2 {
		if err := push.confirm(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Notes()) != 1 {
		t.Errorf("the notice appears %d times", len(s.Notes()))
	}
	if pushed, _, err := PushedOutdated(repo); err != nil || !slices.Equal(pushed, []string{"registry.example/acme"}) {
		t.Errorf("recorded for %v: %v", pushed, err)
	}
}
