package engine

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/events"
)

func TestFateNamesWhatEndedAContainer(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 16, 3, 7, 0, time.Local)
	event := func(action events.Action, attributes map[string]string) events.Message {
		return events.Message{Action: action, TimeNano: at.UnixNano(), Actor: events.Actor{Attributes: attributes}}
	}
	signal := func(s string) []events.Message {
		return []events.Message{event(events.ActionKill, map[string]string{"signal": s}), event(events.ActionDie, nil)}
	}
	for name, c := range map[string]struct {
		container Container
		happened  []events.Message
		want      Fate
	}{
		"docker kill": {
			Container{State: "exited", ExitCode: 137},
			signal("9"),
			Fate{Said: "was ended with SIGKILL through the engine at 16:03:07 (exit status 137)", Outside: true},
		},
		"docker stop": {
			Container{State: "exited"},
			signal("SIGTERM"),
			Fate{Said: "was ended with SIGTERM through the engine at 16:03:07 (exit status 0)", Outside: true},
		},
		"kill -9 on the machine": {
			Container{State: "exited", ExitCode: 137},
			[]events.Message{event(events.ActionDie, nil)},
			Fate{Said: "was killed, though not through the engine (exit status 137)", Outside: true},
		},
		"memory's end": {
			Container{State: "exited", ExitCode: 137, OOMKilled: true},
			nil,
			Fate{Said: "ran out of memory, so that the kernel ended it (exit status 137)", Outside: true, Starved: true},
		},
		"memory's end of a process in it": {
			Container{State: "exited", ExitCode: 127},
			[]events.Message{event(events.ActionOOM, nil), event(events.ActionDie, nil)},
			Fate{Said: "ran out of memory, so that the kernel ended a process in it (exit status 127)", Outside: true, Starved: true},
		},
		"docker pause": {
			Container{State: "paused"},
			[]events.Message{event(events.ActionPause, nil)},
			Fate{Said: "was paused through the engine at 16:03:07", Outside: true, Paused: true},
		},
		"docker rm": {
			Container{State: removed},
			[]events.Message{event(events.ActionDestroy, nil)},
			Fate{Said: "was removed through the engine at 16:03:07", Outside: true},
		},
		"removed long ago":   {Container{State: removed}, nil, Fate{Said: "was removed", Outside: true}},
		"it ended by itself": {Container{State: "exited", ExitCode: 3}, nil, Fate{Said: "exited with status 3"}},
	} {
		if got := fateOf(c.container, c.happened); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
