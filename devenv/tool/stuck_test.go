package tool

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/migrations"
)

func TestEndlessCodeIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	one := &Tool{settings: discover.MigrationTool{Service: "app"}, checkout: &scratch.Checkout{Model: &types.Project{}}}
	endless := &migrations.Failure{
		Code: migrations.FailureEndless, Revision: "3f2a", File: "/app/versions/a.py", Line: 12,
		Message: "it has made no progress for 1800 s", Traceback: []string{"in upgrade: while True"},
	}
	err := one.explainEndless(endless)
	const want = "revision 3f2a: it has made no progress for 1800 s, and was ended at /app/versions/a.py:12"
	if err.Error() != want || !report.IsMachine(err) || len(report.OutputOf(err)) != 1 {
		t.Errorf("%v", err)
	}
	if again := ExplainLost(t.Context(), &database.Server{}, err); again != err { //nolint:errorlint // it must be the same
		t.Errorf("it became %v", again)
	}
	if other := errors.New("no module"); one.explainEndless(other) != other { //nolint:errorlint // it must be the same
		t.Error("another error was changed")
	}
	now := time.Date(2026, 11, 29, 23, 10, 30, 0, time.UTC)
	if got := one.waiting(migrations.Place{File: "/app/env.py", Line: 7, Idle: 20}, now); got != "Still waiting for /app/env.py:7 since 23:10:10" {
		t.Error(got)
	}
}

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
