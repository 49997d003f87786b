package tool

import (
	"errors"

	"devenv/devenv/report"
	"devenv/migrations"
)

// KindOf sorts what the tool's start failed with: the project's set-up is the user's turn.
func KindOf(err error) report.Kind {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return report.KindOf(err)
	}
	switch failure.Code {
	case migrations.FailureNoConfig, migrations.FailureNoScripts, migrations.FailureNoEnv, migrations.FailureNoMetadata, migrations.FailureEmptyMetadata:
		return report.KindUsage
	default:
		return report.KindWork
	}
}

// hintOfTool is the failure's own hint.
func hintOfTool(err error) string {
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		return failure.Hint
	}
	return report.HintOf(err)
}

// tracebackOf is what the project's code raised, for a failure's output.
func tracebackOf(err error) []string {
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		return failure.Traceback
	}
	return report.OutputOf(err)
}

// GeneratedFailure sorts what the tool answered to autogenerate: a project that is not set up for autogenerate is the user's turn, a file
// that does not import is a faulty migration.
func GeneratedFailure(err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return err
	}
	kind := KindOf(err)
	if failure.Code == migrations.FailureBrokenFile {
		kind = report.KindFaulty
	}
	return report.Fail(kind, failure.Hint, "generate the migration: %w", err).WithOutput(failure.Traceback)
}
