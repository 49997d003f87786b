package tool

import (
	"errors"
	"strings"
	"testing"

	"devenv/devenv/database"
	"devenv/migrations"
)

func TestALockHeldForEverIsADeadlock(t *testing.T) {
	t.Parallel()
	cancelled := &migrations.Failure{Code: migrations.FailureSQL, SQLState: "57014", Revision: "3f2a", Line: 12}
	stuck := database.Stuck{Statement: "ALTER TABLE items …", Lock: "AccessExclusiveLock on items", Holder: "a session that is idle"}
	var failure *migrations.Failure
	if err := explainStuck(stuck.After(cancelled)); !errors.As(err, &failure) || failure.Unanswered() || failure.Revision != "3f2a" ||
		failure.Line != 12 || failure.Statement != stuck.Statement || !strings.Contains(failure.Message, "AccessExclusiveLock on items") {
		t.Errorf("%+v", failure)
	}
	if !cancelled.Unanswered() {
		t.Error("the failure itself was changed")
	}
	stuck.Own = true
	err := explainStuck(stuck.After(cancelled))
	if errors.As(err, &failure) && !failure.Unanswered() || !errors.As(err, new(database.Stuck)) {
		t.Errorf("devenv's own lock is the migration's fault: %v", err)
	}
	if err := explainStuck(cancelled); !errors.Is(err, cancelled) {
		t.Errorf("another failure became %v", err)
	}
}
