package tool

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/migrations"
)

// ExplainLost adds the end of the server's log to a lost connection, if the server's container still exists. The server
// is nil if none was started.
func ExplainLost(ctx context.Context, e *engine.Engine, server *database.Server, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureConnect || server == nil || ctx.Err() != nil {
		return err
	}
	if unresolved(failure) { // the connection reached no server
		hint := "the database has no such host name in the Compose file; set in .devenv.yaml where migrations connect to:\n" +
			"    migrations: {env: {DATABASE_URL: \"…\"}}"
		return report.Fail(report.KindOf(err), cmp.Or(report.HintOf(err), hint), "%w", err)
	}
	said, tailErr := e.Tail(ctx, server.ID, scratch.TailLines)
	if tailErr != nil {
		return err // the failure itself matters more
	}
	hint := report.HintOf(err)
	if hint == "" {
		hint = "the last lines of the output are the database server's log; " +
			"if they give no reason, the machine may be short of memory (docker stats): run it again"
	}
	return report.Fail(report.KindOf(err), hint, "%w", err).WithOutput(slices.Concat(report.OutputOf(err), said))
}
