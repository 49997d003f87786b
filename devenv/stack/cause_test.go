package stack

import (
	"strings"
	"testing"

	"devenv/devenv/database"
)

func TestKnownCausesAreReportedWithARemedy(t *testing.T) {
	t.Parallel()
	shop := database.Settings{User: "shop"}
	for name, c := range map[string]struct {
		line, service, said, remedy string
	}{
		"a password": {
			`FATAL:  password authentication failed for user "app"`, "db", `password authentication failed for user "app"`,
			`exec db psql -U shop -c "ALTER ROLE app PASSWORD`,
		},
		"no database": {`FATAL:  password authentication failed for user "app"`, "", "", ""},
		"another major version's files": {
			"DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 17.5.",
			"db", "its data is from Postgres 16, and its image runs Postgres 17", "devenv down --volumes",
		},
		"a table": {
			`psycopg.errors.UndefinedTable: relation "badges" does not exist`, "db", `relation "badges" does not exist`,
			"devenv new-migration",
		},
		"a column": {
			"ERROR:  column users.nickname does not exist at character 8", "db", "column users.nickname does not exist",
			"devenv new-migration",
		},
		"a column of a table": {
			`column "nickname" of relation "users" does not exist`, "",
			`column "nickname" of relation "users" does not exist`, "devenv reset",
		},
		"something else ended": {"ModuleNotFoundError: No module named 'x'", "db", "", ""},
	} {
		cause, known := knownCause([]string{"starting", c.line, "bye"}, c.service, shop)
		if known != (c.said != "") || cause.Said != c.said || !strings.Contains(cause.Remedy, c.remedy) {
			t.Errorf("%s: %v %+v", name, known, cause)
		}
	}
}
