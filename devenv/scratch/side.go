package scratch

import (
	"context"

	"devenv/devenv/report"
)

// On says of an error whose code was at work: the name of a branch. An interrupt stays as it is.
func On(ctx context.Context, name string, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return report.Fail(report.KindOf(err), "", "on %s, %w", name, err).WithOutput(report.OutputOf(err))
}
