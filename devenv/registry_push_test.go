package devenv

import (
	"os/exec"
	"slices"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/session"
)

func TestABaseWithThePasswordStaysKnownToHaveBeenPushedWhateverIsPushedAfterIt(t *testing.T) {
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
	defer lock.Release() //nolint:errcheck // the repository goes with the test
	if err := repo.SharedRecord(pushedRecord).Write([]string{pushedOutdated + "registry.example/acme"}); err != nil {
		t.Fatal(err)
	}
	o := newOwn(session.New("snapshot push", Options{}))
	o.Workspace = &project.Workspace{Repo: repo, Engine: enginetest.Require(t)}
	push := pushing{registry: "registry.example/acme", what: "the base", image: image, record: pushedBase, yes: true}
	for range 2 {
		if err := o.confirmPush(t.Context(), push); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.Notes()) != 1 {
		t.Errorf("what goes along is said %d times", len(o.Notes()))
	}
	p := &patient{repo: repo}
	if pushed, err := p.pushedOutdated(); err != nil || !slices.Equal(pushed, []string{"registry.example/acme"}) {
		t.Errorf("doctor knows of %v, %v", pushed, err)
	}
}
