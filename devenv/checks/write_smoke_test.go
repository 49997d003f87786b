package checks

import (
	"fmt"
	"strings"
	"testing"

	"devenv/devenv/database/writes"
	"devenv/migrations"
)

func TestAWriteIsMendedWhereItIsRefused(t *testing.T) {
	t.Parallel()
	attached := migrations.Statement{Revision: "3f2a", SQL: "CREATE TRIGGER t BEFORE UPDATE ON crm.users EXECUTE FUNCTION stamp()"}
	const where = "SQL statement \"INSERT INTO log VALUES (NULL)\"\nPL/pgSQL function logged() line 3 at SQL statement"
	for name, c := range map[string]struct {
		failed writes.Failed
		want   []string
	}{
		"by a trigger that another table has": {
			writes.Failed{SQLState: "42703", Message: `record "new" has no field "at"`},
			[]string{"needs what crm.users does not have"},
		},
		"in a trigger": {
			writes.Failed{SQLState: "23502", Detail: where, Doubtful: true},
			[]string{"those that exist among them", "correct what the function does"},
		},
		"in a trigger of INSERT": {
			writes.Failed{SQLState: "22001", Detail: where, Doubtful: true, Copied: true},
			[]string{"a copy of one that exists among them", "correct what the function does"},
		},
		"by the table": {writes.Failed{SQLState: "23502"}, []string{"give the column its sequence or default back"}},
		"by a sequence": {
			writes.Failed{SQLState: "42501", Message: "permission denied for sequence users_id_seq", Role: "app"},
			[]string{"GRANT USAGE ON SEQUENCE users_id_seq TO …"},
		},
	} {
		c.failed.Table, c.failed.Broken = "crm.users", true
		found := answerOf(t, "write.smoke", func(f *Facts) { f.Smoke.Writes = []SmokeWrite{{Failed: c.failed, Cause: attached}} })
		for _, want := range c.want {
			if text := found.Hint + fmt.Sprint(found.Evidence); !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in:\n%s", name, want, text)
			}
		}
	}
}
