package tool

import (
	"errors"

	"devenv/devenv/report"
	"devenv/migrations"
)

// failed returns a failure of what was tried with the tool, with the traceback of the project's code if it raised one.
func failed(err error, tried string) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return report.Fail(report.KindOf(err), report.HintOf(err), "%s: %w", tried, err).WithOutput(report.OutputOf(err))
	}
	return report.Fail(kindOf(failure), failure.Hint, "%s: %w", tried, err).WithOutput(failure.Traceback)
}

// kindOf returns the kind of a tool's failure: the project's set-up is for the user to fix.
func kindOf(f *migrations.Failure) report.Kind {
	switch f.Code {
	case migrations.FailureNoConfig, migrations.FailureNoScripts, migrations.FailureNoEnv, migrations.FailureNoMetadata,
		migrations.FailureEmptyMetadata:
		return report.KindUsage
	default:
		return report.KindWork
	}
}

// GeneratedFailure returns a failure of autogenerate with its kind: a project that is not set up for it is for the user
// to fix, and a revision that cannot be imported is a faulty migration.
func GeneratedFailure(err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return err
	}
	kind, hint := kindOf(failure), failure.Hint
	if failure.Code == migrations.FailureBrokenFile {
		kind = report.KindFaulty
	}
	if migrations.WithoutModels(failure) != nil {
		hint += "; where migrations are written by hand: devenv new-migration --empty \"…\""
	}
	return report.Fail(kind, hint, "generate the migration: %w", err).WithOutput(failure.Traceback)
}

// ComparedFailure returns a failure of autogenerate on the base, whose name it takes: the branch may have mended it.
func ComparedFailure(err error, base string) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return err
	}
	hint := "on " + base + ", which is what the branch is compared with"
	if failure.Hint != "" {
		hint = failure.Hint + ", " + hint
	}
	return report.Fail(kindOf(failure), hint, "compare the models with the migrations: %w", err).WithOutput(failure.Traceback)
}
