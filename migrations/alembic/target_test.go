package alembic

import (
	"testing"

	"devenv/migrations"
)

func TestATargetBecomesAlembicsArgument(t *testing.T) {
	t.Parallel()
	for want, to := range map[string]migrations.Target{
		"head": migrations.Head(), "heads": migrations.Heads(), "base": migrations.Nothing(),
		"-2": migrations.Parent(2), "3f2a": migrations.At("3f2a"),
	} {
		if got := targetOf(to); got != want {
			t.Errorf("%s is %q, not %q", to, got, want)
		}
	}
}
