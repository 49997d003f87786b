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
