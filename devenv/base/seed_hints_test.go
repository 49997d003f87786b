package base

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestHistoryHintNamesWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		failure migrations.Failure
		want    string
	}{
		"a table": {migrations.Failure{SQLState: "42P01"}, "seed: {dump: path/to/dump.sql}"},
		"a schema": {migrations.Failure{SQLState: "3F000"}, "CREATE SCHEMA into a file and configure it in .devenv.yaml:\n" +
			"    seed: {dump: schemas.sql}"},
		"a known hint": {migrations.Failure{SQLState: "3F000", Hint: "install it"}, "install it"},
	} {
		if got := historyHint(&c.failure); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q does not hold %q", name, got, c.want)
		}
	}
	for _, code := range []migrations.FailureCode{
		migrations.FailureConnect, migrations.FailureException, migrations.FailureNoEnv, migrations.FailureTool,
	} {
		if got := historyHint(&migrations.Failure{Code: code}); got != "" {
			t.Errorf("what failed before any revision (%s) is helped with %q", code, got)
		}
	}
	if got := historyHint(&migrations.Failure{Code: migrations.FailureException, Revision: "a1"}); !strings.Contains(got, "dump") {
		t.Errorf("a revision that raised is helped with %q", got)
	}
}
