package tool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/migrations"
)

// deadlock is the SQLSTATE with which Postgres ends a deadlock that it sees; it does not see one between two sessions
// of the same client.
const deadlock = "40P01"

// explainEndless says of a command that was ended since it made no progress where it was. How long it would have taken
// is unknown: that is no fault of the migration.
func (t *Tool) explainEndless(err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureEndless {
		return err
	}
	at := t.placed(migrations.Place{File: failure.File, Line: failure.Line})
	return report.FailMachine("if a loop there never ends, correct it; to find out, try it by itself", "%w, and was ended at %s", err, at).
		WithOutput(failure.Traceback)
}

// placed names a line of the project's code, for people to read: "revision 3f2a (versions/a.py:12)".
func (t *Tool) placed(at migrations.Place) string {
	file := at.File
	if path, err := t.RepositoryPath(file); err == nil {
		file = path
	}
	where := fmt.Sprintf("%s:%d", file, at.Line)
	switch {
	case file == "" && at.Revision == "":
		return "the migration tool"
	case at.Revision == "":
		return where
	case file == "":
		return "revision " + at.Revision
	}
	return fmt.Sprintf("revision %s (%s)", at.Revision, where)
}

// sayWaiting tells what a command is at that takes long, and since when it has made no progress.
func (t *Tool) sayWaiting(ctx context.Context, at migrations.Place) {
	if running := step.Running(ctx); running != nil {
		running.StillWaiting(t.placed(at), time.Now().Add(-time.Duration(at.Idle*float64(time.Second))))
	}
}

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
	explained.Statement, explained.OwnWords = stuck.Statement, true
	return &explained
}
