package tool

import (
	"errors"
	"testing"

	"devenv/devenv/report"
	"devenv/migrations"
)

func TestAComparisonOnTheBaseNamesTheBase(t *testing.T) {
	t.Parallel()
	err := ComparedFailure(&migrations.Failure{
		Code: migrations.FailureEmptyMetadata, Message: "env.py gives a target_metadata without any table",
		Hint: "import the models in env.py",
	}, "main")
	const says = "compare the models with the migrations: env.py gives a target_metadata without any table"
	if err.Error() != says || report.KindOf(err) != report.KindUsage {
		t.Errorf("it says %q", err)
	}
	if hint := report.HintOf(err); hint != "import the models in env.py, on main, which is what the branch is compared with" {
		t.Errorf("the hint is %q", hint)
	}
	if other := errors.New("the engine is gone"); !errors.Is(ComparedFailure(other, "main"), other) {
		t.Error("another error changed")
	}
}
