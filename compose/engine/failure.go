package engine

import (
	"context"
	"fmt"

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
	return report.Fail(report.KindWork, "", "%s: %w", fmt.Sprintf(format, args...), err)
}
