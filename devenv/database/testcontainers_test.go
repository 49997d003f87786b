package database

import (
	"errors"
	"os"
	"testing"

	"devenv/compose/engine"
)

func TestVariablesAreRestoredAfterwards(t *testing.T) {
	const set, unset = "DEVENV_TEST_SET", "DEVENV_TEST_UNSET"
	t.Setenv(set, "before")
	failed := errors.New("failed")
	err := withVariables(map[string]string{set: "while", unset: "while"}, func() error {
		if os.Getenv(set) != "while" || os.Getenv(unset) != "while" {
			t.Errorf("meanwhile they are %q and %q", os.Getenv(set), os.Getenv(unset))
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("the error is returned as %v", err)
	}
	if _, there := os.LookupEnv(unset); os.Getenv(set) != "before" || there {
		t.Errorf("afterwards they are %q, and the other is set: %v", os.Getenv(set), there)
	}
}

func TestOnlyAnEmptyVolumeIsLeftOut(t *testing.T) {
	t.Parallel()
	const usual = "/var/lib/postgresql"
	for name, test := range map[string]struct {
		declared string
		o        CloneOptions
		want     bool
	}{
		"the usual directory":  {usual, CloneOptions{}, true},
		"another":              {"/var/kept", CloneOptions{}, false},
		"data elsewhere":       {usual, CloneOptions{Image: Image{Meta: Meta{Elsewhere: true}}}, false},
		"a file of the tree":   {usual, CloneOptions{Filled: []string{usual + "/postgresql.conf"}}, false},
		"a file beside it":     {usual, CloneOptions{Filled: []string{usual + ".conf"}}, true},
		"what is mounted over": {usual, CloneOptions{Filled: []string{usual}}, false},
	} {
		if got := len(emptyVolumes(test.o, engine.Image{Volumes: []string{test.declared}})) == 1; got != test.want {
			t.Errorf("%s: left out is %v", name, got)
		}
	}
}
