package tool

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestAServerThatRefusesOrLimitsIsExplained(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`connection to server at "172.20.0.3", port 5432 failed: FATAL: password authentication failed for user "lib"`: "the password that the branch's database service sets",
		`FATAL: role "shop" does not exist`:                                      "the server refuses",
		`FATAL: database "shop" does not exist`:                                  "the server refuses",
		"canceling statement due to statement timeout":                           "SET LOCAL statement_timeout = 0",
		"canceling statement due to lock timeout":                                "SET LOCAL lock_timeout = 0",
		"terminating connection due to transaction timeout":                      "SET LOCAL transaction_timeout = 0",
		"terminating connection due to idle-in-transaction timeout":              "SET LOCAL idle_in_transaction_session_timeout = 0",
		"canceling statement due to user request":                                "",
		"connection to server failed: server closed the connection unexpectedly": "",
	} {
		got := refusedHint(&migrations.Failure{Code: migrations.FailureConnect, Message: message})
		if (got != "") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q", message, got)
		}
	}
	if got := refusedHint(&migrations.Failure{Code: migrations.FailureSQL, Message: `role "shop" does not exist`}); got != "" {
		t.Errorf("a statement's failure is taken for the connection's: %s", got)
	}
}
