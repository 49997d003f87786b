package scratch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/compose/readiness"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// backend returns a service "app" that runs a script.
func backend(t *testing.T, restart, script string) *Services {
	t.Helper()
	enginetest.Images(t, "debian:trixie-slim")
	client, err := compose.Connect(t.Context(), compose.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := client.Engine().CreateScript(t.Context(), engine.Script{Image: "debian:trixie-slim", Text: script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Engine().Remove(context.WithoutCancel(t.Context()), id); err != nil {
			t.Error(err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	model := &types.Project{Services: types.Services{"app": {Name: "app", Restart: restart}}}
	return &Services{
		Checkout:   &Checkout{Workspace: &project.Workspace{Client: client, Engine: client.Engine()}, Model: model},
		Containers: map[string]string{"app": id},
	}
}

func TestBackendExitingWhenReadyHasNotStarted(t *testing.T) {
	s := backend(t, "", `echo Serving; sleep 0.2; echo no table; exit 6`)
	_, err := s.Start(t.Context(), "app", readiness.Wanted{Log: "Serving", Timeout: 5 * time.Minute})
	if err == nil || !strings.Contains(err.Error(), "start app: it exited with status 6") ||
		!strings.Contains(strings.Join(report.OutputOf(err), "\n"), "no table") {
		t.Errorf("%v\n%s", err, report.OutputOf(err))
	}
}

func TestBackendFailingInBackgroundJobsHasNotSeeded(t *testing.T) {
	for code, says := range map[string]string{"0": "<nil>", "7": "let app run for its background jobs: it exited with status 7"} {
		s := backend(t, "", `echo Serving; sleep 1; exit `+code)
		ready := readiness.Wanted{Log: "Serving", Timeout: 5 * time.Minute}
		shown, err := s.start(t.Context(), "app", ready, unwatched)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.Settle(t.Context(), "app", shown, time.Hour)); got != says {
			t.Errorf("%s, want %s", got, says)
		}
	}
}

func TestOldLogLinesMakeNoServiceReady(t *testing.T) {
	s := backend(t, "on-failure", `[ ! -e /again ] || exec sleep infinity; touch /again; echo Serving; exit 6`)
	_, err := s.Start(t.Context(), "app", readiness.Wanted{Log: "Serving", Timeout: 2 * time.Second})
	if err == nil || !strings.Contains(err.Error(), `its log never contained "Serving"`) {
		t.Errorf("%v\n%s", err, report.OutputOf(err))
	}
}

func TestAServiceThatStillWritesIsWaitedFor(t *testing.T) {
	s := backend(t, "no", `echo one; sleep 1; echo two; sleep 1; echo three; sleep 1; echo four; sleep 1; echo Serving; sleep 99`)
	const limit = 2 * time.Second
	if r, err := s.Start(t.Context(), "app", readiness.Wanted{Log: "Serving", Timeout: limit}); err != nil || r.Took < limit {
		t.Errorf("after %s: %v", r.Took, err)
	}
}

func TestServicesAreWatchedOnlyBriefly(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{0: time.Second / 2, 2 * time.Second: time.Second, time.Minute: readiness.Steady} {
		if got := steady(took); got != want {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
	}
}

func TestAProgramThatMayNotBeExecutedIsExplained(t *testing.T) {
	t.Parallel()
	const said = `start container 0005: OCI runtime create failed: exec: "/srv/entrypoint.sh": permission denied: unknown`
	err := report.Fail(report.KindWork, "something else", "seed: %w", startFailure("web", 0, errors.New(said)))
	if hint := report.HintOf(err); !strings.Contains(hint, "git update-index --chmod=+x PATH/entrypoint.sh") {
		t.Errorf("the hint is %q", hint)
	}
	if hint := report.HintOf(startFailure("web", 0, errors.New(`exec: "/srv/entrypoint.sh": no such file`))); hint != "" {
		t.Errorf("another cause has the hint %q", hint)
	}
}

func TestOnlyTheBackendsReadinessIsConfigurable(t *testing.T) {
	late := report.Fail(report.KindWork, "backend: {ready: {timeout: 300s}}", "start redis: %w", readiness.Late{}).WithOutput([]string{"loading"})
	err := neededFailure("redis", late)
	if hint := report.HintOf(err); strings.Contains(hint, "ready") || !strings.Contains(hint, "backend: {needs: […]}") {
		t.Errorf("the hint for a service beside the backend is %q", hint)
	}
	if !errors.As(err, new(readiness.Late)) || !slices.Equal(report.OutputOf(err), []string{"loading"}) {
		t.Errorf("it no longer says why: %v, %v", err, report.OutputOf(err))
	}
	exited := report.Fail(report.KindWork, "", "start redis: %w", readiness.Ended{Code: 1})
	if got := neededFailure("redis", exited); !errors.Is(got, exited) || report.HintOf(got) != "" {
		t.Errorf("one that exited: %v", got)
	}
}
