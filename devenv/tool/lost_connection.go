package tool

import (
	"cmp"
	"context"
	"errors"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

// ExplainLost adds to the failure of a tool whose database did not answer what became of the server. The server is nil
// if none was started.
func ExplainLost(ctx context.Context, server *database.Server, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || !failure.Unanswered() || server == nil || ctx.Err() != nil {
		return err
	}
	if unresolved(failure) { // the connection reached no server
		hint := "the database has no such host name in the Compose file; set in .devenv.yaml where migrations connect to:\n" +
			"    migrations: {env: {DATABASE_URL: \"…\"}}"
		return report.Fail(report.KindOf(err), cmp.Or(report.HintOf(err), hint), "%w", err)
	}
	return server.Explain(ctx, err)
}

// ExplainEnded adds to the error of a tool that has ended in the middle of a command what became of its container.
func (t *Tool) ExplainEnded(ctx context.Context, err error) error {
	var failure *migrations.Failure
	if err == nil || ctx.Err() != nil || errors.As(err, &failure) {
		return err
	}
	fate, unseen := t.checkout.Workspace.Engine.FateOfLost(ctx, t.Container)
	if unseen != nil || fate.Said == "" {
		return err // the error itself matters more
	}
	return report.Fail(report.KindOf(err), cmp.Or(report.HintOf(err), "run it again"), "the migration tool's throwaway container %s: %w",
		fate.Said, err).WithOutput(report.OutputOf(err))
}
