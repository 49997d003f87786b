package devenv

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/report"
	"devenv/migrations"
)

// explainLost adds to a connection that broke what the server said last, while its container is still there.
func (r *run) explainLost(ctx context.Context, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureConnect || r.seeded == nil || ctx.Err() != nil {
		return err
	}
	said, tailErr := r.place.engine.Tail(ctx, r.seeded.ID, tailLines)
	if tailErr != nil {
		return err // the failure itself matters more
	}
	hint := report.HintOf(err)
	if hint == "" {
		hint = "the last lines of the output are the database server's log; if they name no reason, the machine may be short of memory (docker stats): run it again"
	}
	return report.Fail(report.KindOf(err), hint, "%w", err).WithOutput(slices.Concat(report.OutputOf(err), said))
}
