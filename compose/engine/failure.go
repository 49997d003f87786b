package engine

import (
	"context"
	"fmt"
	"strings"

	"devenv/devenv/report"
)

// failed turns an error of the engine into a failure that says what was tried; nil stays nil, and an interrupt stays one.
func failed(ctx context.Context, err error, format string, args ...any) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return report.Fail(report.KindWork, hint(err.Error()), "%s: %w", fmt.Sprintf(format, args...), err)
}

// hint is what to do about the engine's own troubles.
func hint(said string) string {
	if strings.Contains(strings.ToLower(said), "no space left on device") {
		return "the engine's disk is full; see what takes the room: docker system df\nand free some: docker system prune, devenv clean --bases"
	}
	return ""
}
