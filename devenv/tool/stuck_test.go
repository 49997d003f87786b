package tool

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
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
}

// waits records what steps say that they wait for.
type waits []string

// Emit records the event.
func (w *waits) Emit(event report.Event) {
	if waiting, ok := event.(report.StepWaiting); ok {
		*w = append(*w, waiting.Name+": "+waiting.Text)
	}
}

func TestALongStepNamesTheLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := &Tool{settings: discover.MigrationTool{Service: "app"}, checkout: &scratch.Checkout{Model: &types.Project{}}}
		var said waits
		began := time.Now().Format(time.TimeOnly)
		err := step.NewRunner(&said).Run(t.Context(), step.New("apply", func(ctx context.Context, _ *step.Log) error {
			<-time.After(9 * time.Second)
			one.sayWaiting(ctx, migrations.Place{File: "/app/env.py", Line: 7, Idle: 9})
			<-time.After(50 * time.Second)
			return nil
		}))
		if want := "apply: Still waiting for /app/env.py:7 since " + began; err != nil || len(said) != 1 || said[0] != want {
			t.Errorf("%v: %q, want %q alone", err, said, want)
		}
		one.sayWaiting(t.Context(), migrations.Place{}) // no step is running
	})
}

func TestALockHeldForEverIsADeadlock(t *testing.T) {
	t.Parallel()
	cancelled := &migrations.Failure{Code: migrations.FailureSQL, SQLState: "57014", Revision: "3f2a", Line: 12}
	stuck := database.Stuck{Statement: "ALTER TABLE items …", Lock: "AccessExclusiveLock on items", Holder: "a session that is idle"}
	var failure *migrations.Failure
	if err := explainStuck(stuck.After(cancelled)); !errors.As(err, &failure) || failure.Unanswered() || failure.Revision != "3f2a" ||
		failure.Line != 12 || !failure.OwnWords || failure.Statement != stuck.Statement || !strings.Contains(failure.Message, "AccessExclusiveLock on items") {
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
