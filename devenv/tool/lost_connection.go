package tool

import (
	"cmp"
	"context"
	"errors"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

// ExplainLost adds to the failure of a tool whose database did not answer what became of the server. The server is nil
// if none was started.
func ExplainLost(ctx context.Context, server *database.Server, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || !failure.Unanswered() || failure.Code == migrations.FailureEndless || server == nil || ctx.Err() != nil {
		return err
	}
	if unresolved(failure) { // the connection reached no server
		hint := "the database has no such host name in the Compose file; set in .devenv.yaml where migrations connect to:\n" +
			"    migrations: {env: {DATABASE_URL: \"…\"}}"
		return report.Fail(report.KindOf(err), cmp.Or(report.HintOf(err), hint), "%w", err)
	}
	if hint := refusedHint(failure); hint != "" {
		err = report.Fail(report.KindOf(err), cmp.Or(report.HintOf(err), hint), "%w", err)
	}
	err = server.Explain(ctx, err)
	if failure.SQLState == "" || report.IsMachine(err) { // a server that was not reached may not be where it is expected
		return err
	}
	return report.FailMachine(cmp.Or(report.HintOf(err), engine.RunAgain), "%w", err).WithOutput(report.OutputOf(err))
}

// ExplainEnded adds to an error what became of the tool's container, if the machine or somebody on it has ended it.
func (t *Tool) ExplainEnded(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || report.KindOf(err) != report.KindWork || report.IsMachine(err) {
		return err
	}
	fate, unseen := t.checkout.Workspace.Engine.FateOfLost(ctx, t.Container)
	if unseen != nil || !fate.Outside {
		return err // the error itself matters more
	}
	return report.FailMachine(cmp.Or(report.HintOf(err), fate.Remedy()), "the migration tool's throwaway container %s: %w",
		fate.Said, err).WithOutput(report.OutputOf(err))
}
