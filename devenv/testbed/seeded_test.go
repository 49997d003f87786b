package testbed

import (
	"strings"
	"testing"

	"devenv/devenv/config"
)

func TestASeedThatLeftNothingIsNamed(t *testing.T) {
	t.Parallel()
	for want, seed := range map[string]config.Seed{
		"seed: {run: …}":  {Run: "python3 seed.py"},
		"seed: {sql: …}":  {SQL: []string{"seed.sql"}},
		"seed: {dump: …}": {Dump: "base.dump"},
	} {
		if got := noRows(seed); !strings.Contains(got, want+" in .devenv.yaml names has left none") || strings.Contains(got, "for example") {
			t.Errorf("%+v: %s", seed, got)
		}
	}
	if got := noRows(config.Seed{}); !strings.Contains(got, "for example seed: {run: ") {
		t.Errorf("without a seed: %s", got)
	}
}
