package tool

import (
	"errors"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

// deadlock is the SQLSTATE with which Postgres ends a deadlock that it sees; it does not see one between two sessions
// of the same client.
const deadlock = "40P01"

// explainStuck turns a statement that waited for a lock for ever into the migration's failure, at the place where it
// was ended; but not if devenv itself holds the lock.
func explainStuck(err error) error {
	stuck := database.Stuck{}
	if !errors.As(err, &stuck) {
		return err
	}
	var failure *migrations.Failure
	if stuck.Own || !errors.As(err, &failure) {
		return report.Fail(report.KindWork, "run it again", "%w", err)
	}
	explained := *failure
	explained.Code, explained.SQLState, explained.Message = migrations.FailureSQL, deadlock, stuck.Error()
	explained.Statement = stuck.Statement
	return &explained
}
