package project

import (
	"testing"

	"devenv/devenv/config"
)

func TestTheBaseItselfIsSaidToBeThat(t *testing.T) {
	t.Parallel()
	w := &Workspace{Config: &config.Config{}}
	for name, want := range map[string]string{
		"HEAD":    "the current branch is the base itself, by the usual names, starting with the remote's default branch",
		"develop": "the usual names, starting with the remote's default branch",
	} {
		if got := w.FoundBase("", name, "0123456789").From; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
