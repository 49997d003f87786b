// Package shorttorture tests devenv with those attempts of scripts/torture that fit into a minute.
package shorttorture

import (
	"os/exec"
	"path/filepath"
	"testing"

	"devenv/compose/engine/enginetest"
)

func TestNothingIsLostAndNothingLeaks(t *testing.T) {
	enginetest.Images(t, "postgres:17", "debian:trixie-slim")
	programs := t.TempDir()
	for _, pkg := range []string{"devenv/cmd/devenv", "devenv/scripts/internal/torture"} {
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", programs, pkg).CombinedOutput(); err != nil {
			t.Fatalf("go build %s: %v\n%s", pkg, err, out)
		}
	}
	for _, part := range []string{"starts", "secrets"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			torture := exec.CommandContext(t.Context(), filepath.Join(programs, "torture"), "-short", "-devenv",
				filepath.Join(programs, "devenv"),
				part)
			torture.Dir = t.TempDir()
			out, err := torture.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
