package trials

import (
	"testing"

	"devenv/migrations"
)

func TestFailuresThatConcernTheServerAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure *migrations.Failure
		want    bool
	}{
		"no failure":     {nil, false},
		"a table's":      {&migrations.Failure{Statement: "ALTER TABLE users ADD x int", Message: `column "x" already exists`}, false},
		"a role's":       {&migrations.Failure{Statement: "drop role app", Message: "2 objects depend on it"}, true},
		"a function's":   {&migrations.Failure{Statement: "SELECT set_up()", Message: `role "app" already exists`}, true},
		"Python's":       {&migrations.Failure{Message: "AssertionError"}, true},
		"a setting's":    {&migrations.Failure{Statement: "ALTER SYSTEM SET work_mem = 1", Message: "refused"}, true},
		"the database's": {&migrations.Failure{Statement: "ALTER DATABASE shop SET x.y = 1", Message: "refused"}, true},
	} {
		if got := concernsServer(c.failure); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
