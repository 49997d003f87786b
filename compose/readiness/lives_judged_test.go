package readiness

import (
	"context"
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestContainerIsJudgedByHowItExited(t *testing.T) {
	at := func(state string, code, restarts int) engine.Container {
		return engine.Container{State: state, ExitCode: code, Restarts: restarts}
	}
	serves, runs, ends := Wanted{Port: 80}, Wanted{Runs: true}, Wanted{Ends: true}
	for name, c := range map[string]struct {
		ready     Wanted
		container engine.Container
		earlier   int
		want      standing
	}{
		"runs":                                         {serves, at("running", 0, 0), 0, stands},
		"was restarted before anybody waited":          {serves, at("running", 0, 9), 9, stands},
		"is restarted":                                 {serves, at("restarting", 1, 1), 0, restarts},
		"was restarted, and runs":                      {serves, at("running", 0, 4), 0, stands},
		"keeps exiting":                                {serves, at("restarting", 1, MaxRestarts), 0, loops},
		"keeps exiting, and runs for now":              {serves, at("running", 0, MaxRestarts), 0, loops},
		"keeps exiting with success":                   {serves, at("restarting", 0, 2+MaxRestarts), 2, loops},
		"is meant to exit, and keeps doing so":         {ends, at("restarting", 0, MaxRestarts), 0, loops},
		"a server exited with success":                 {serves, at("exited", 0, 0), 0, hasEnded},
		"a server failed":                              {serves, at("exited", 3, 0), 0, hasEnded},
		"its retries are over":                         {serves, at("exited", 3, MaxRestarts), 0, hasEnded},
		"a one-shot exited with success":               {ends, at("exited", 0, 0), 0, endedWell},
		"a one-shot succeeded when restarted":          {ends, at("exited", 0, 2), 0, endedWell},
		"a one-shot failed":                            {ends, at("exited", 1, 0), 0, hasEnded},
		"a one-shot is restarted":                      {ends, at("restarting", 1, 1), 0, restarts},
		"a service without a sign exited with success": {runs, at("exited", 0, 0), 0, endedWell},
		"a service without a sign failed":              {runs, at("dead", 255, 0), 0, hasEnded},
	} {
		l := &lives{ready: c.ready, earlier: c.earlier}
		if got := l.standing(c.container); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestLongRunningReadyContainerIsNotWatched(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel() // any inspection fails
	if r, err := Stay(over, Shown{How: "running", lives: &lives{}, settled: true}, Steady); err != nil ||
		r.How != "running" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRestartedContainerLoopsUntilItHasSettled(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		container engine.Container
		loops     bool
		lives     int // that it is given
	}{
		"is about to be restarted":                    {engine.Container{State: "restarting", Restarts: 1}, true, MaxRestarts - 1},
		"is about to be restarted for the ninth time": {engine.Container{State: "restarting", Restarts: 9}, true, 1},
		"was restarted just now": {
			engine.Container{State: "running", Restarts: 9, Started: now.Add(-time.Second)},
			true, 1,
		},
		"was restarted, and has run since": {
			engine.Container{State: "running", Restarts: 9, Started: now.Add(-time.Minute)},
			false,
			MaxRestarts,
		},
		"was just started":                {engine.Container{State: "running", Started: now}, false, MaxRestarts},
		"had exited for good, and starts": {engine.Container{State: "exited", Restarts: 9, Started: now}, false, MaxRestarts},
	} {
		if got := Loops(c.container, now); got != c.loops {
			t.Errorf("%s: it loops: %v", name, got)
		}
		if got := MaxRestarts - (c.container.Restarts - discounted(c.container, now)); got != c.lives {
			t.Errorf("%s: it gets %d lives, want %d", name, got, c.lives)
		}
	}
}

func TestAnExitThatNobodySawHasNoStatus(t *testing.T) {
	if got := (Ended{Unseen: true, Restart: "always"}).Error(); got != "it exited and keeps being restarted (restart: always)" {
		t.Errorf("it says %q", got)
	}
	l := &lives{ended: Ended{Unseen: true}}
	l.note(engine.Container{State: "running"})
	if !l.ended.Unseen {
		t.Error("a container that runs has told its exit status")
	}
	if l.note(engine.Container{State: "restarting", ExitCode: 3}); l.ended != (Ended{Code: 3}) {
		t.Errorf("it ended with %+v", l.ended)
	}
}
