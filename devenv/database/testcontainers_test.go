package database

import (
	"errors"
	"os"
	"testing"
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
