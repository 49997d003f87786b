package tool

import (
	"errors"

	"devenv/devenv/report"
	"devenv/migrations"
)

// failed is a failure to do something with the tool, with what the project's code raised.
func failed(err error, tried string) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return report.Fail(report.KindOf(err), report.HintOf(err), "%s: %w", tried, err).WithOutput(report.OutputOf(err))
	}
	return report.Fail(kindOf(failure), failure.Hint, "%s: %w", tried, err).WithOutput(failure.Traceback)
}

// kindOf sorts what the tool answered: the project's set-up is the user's turn.
func kindOf(f *migrations.Failure) report.Kind {
	switch f.Code {
	case migrations.FailureNoConfig, migrations.FailureNoScripts, migrations.FailureNoEnv, migrations.FailureNoMetadata, migrations.FailureEmptyMetadata:
		return report.KindUsage
	default:
		return report.KindWork
	}
}

// GeneratedFailure sorts what the tool answered to autogenerate: a project that is not set up for it is the user's turn, a file that
// does not import is a faulty migration.
func GeneratedFailure(err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return err
	}
	kind := kindOf(failure)
	if failure.Code == migrations.FailureBrokenFile {
		kind = report.KindFaulty
	}
	return report.Fail(kind, failure.Hint, "generate the migration: %w", err).WithOutput(failure.Traceback)
}
