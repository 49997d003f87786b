package engine

import (
	"context"
	"fmt"
	"strings"

	"devenv/devenv/report"
)

// failed wraps an engine's error into a failure that says what was tried; nil stays nil, and an interrupt stays an
// interrupt.
func failed(ctx context.Context, err error, format string, args ...any) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return report.Fail(report.KindWork, hint(err.Error()), "%s: %w", fmt.Sprintf(format, args...), err)
}

// hint returns what to do about the engine's own problems, which it reports as text only.
func hint(said string) string {
	for _, known := range []struct{ text, hint string }{
		{"no space left on device", "the engine's disk is full; see what takes up space: docker system df\n" +
			"and free some: docker system prune, devenv clean --bases"},
		{"non-overlapping ipv4 address pool", "the engine has no address range left for another network; see them: docker network ls\n" +
			"and remove those that nothing uses: docker network prune"},
	} {
		if strings.Contains(strings.ToLower(said), known.text) {
			return known.hint
		}
	}
	return ""
}
