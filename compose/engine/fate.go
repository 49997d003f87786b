package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"golang.org/x/sys/unix"
)

// Fate is what happened to a container that was expected to run.
type Fate struct {
	// Said tells it, to follow the container's name: "was removed"; empty if the container runs.
	Said string
	// Outside means that the container did not end by itself: somebody, or the machine, ended, paused or removed it.
	Outside bool
	// Paused means that it is paused, and may go on.
	Paused bool
	// Starved means that it ran out of memory.
	Starved bool
}

// RunAgain is what to do after somebody else ended a throwaway container.
const RunAgain = "this is not your files' fault: run it again"

// Remedy returns what to do about a container that did not end by itself.
func (f Fate) Remedy() string {
	if f.Starved {
		return "give the service (mem_limit), or Docker, more memory, then run it again"
	}
	return RunAgain
}

// Fate asks the engine what happened to a container, from its state and from the engine's own record of events, which
// is short: on a busy engine the record may have forgotten who it was.
func (e *Engine) Fate(ctx context.Context, id string) (Fate, error) {
	c, err := e.Inspect(ctx, id)
	switch {
	case IsGone(err):
		c.State = removed
	case err != nil:
		return Fate{}, err
	case c.State == "running":
		return Fate{}, nil
	}
	return fateOf(c, e.happened(ctx, id)), nil
}

// noticed is how long the engine may take to notice that a container has ended: its connections end first.
const noticed = time.Second

// FateOfLost is Fate for a container that has just broken a connection: if it still seems to run, it gets a moment to
// end.
func (e *Engine) FateOfLost(ctx context.Context, id string) (Fate, error) {
	fate, err := e.Fate(ctx, id)
	if err != nil || fate.Said != "" {
		return fate, err
	}
	soon, cancel := context.WithTimeout(ctx, noticed)
	defer cancel()
	if _, runs := e.Wait(soon, id); runs != nil {
		return Fate{}, ctx.Err()
	}
	return e.Fate(ctx, id)
}

// removed is the state of a container that no longer exists.
const removed = "removed"

// eventsReach is how far back the record of events is asked.
const eventsReach = time.Hour

// happened returns what the engine still knows to have happened to a container. It is only an addition, so that an
// engine which does not tell is no error.
func (e *Engine) happened(ctx context.Context, id string) []events.Message {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	now := time.Now()
	stream, failed := e.client.Events(ctx, events.ListOptions{
		Since: unixTime(now.Add(-eventsReach)), Until: unixTime(now),
		Filters: filters.NewArgs(filters.Arg("type", string(events.ContainerEventType)), filters.Arg("container", id)),
	})
	var all []events.Message
	for {
		select {
		case m := <-stream:
			all = append(all, m)
		case err := <-failed:
			if !errors.Is(err, io.EOF) {
				return nil // the engine does not tell
			}
			return all
		}
	}
}

// unixTime returns a time as the engine takes it, to the nanosecond.
func unixTime(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }

// fateOf tells what happened to a container that does not run, by its state and the engine's events.
func fateOf(c Container, happened []events.Message) Fate {
	last := func(action events.Action) (events.Message, bool) {
		for _, m := range slices.Backward(happened) {
			if m.Action == action {
				return m, true
			}
		}
		return events.Message{}, false
	}
	kill, killed := last(events.ActionKill)
	_, starved := last(events.ActionOOM)
	exit := fmt.Sprintf("exit status %d", c.ExitCode)
	switch {
	case c.State == "paused":
		return Fate{Said: "was paused" + byWhom(last(events.ActionPause)), Outside: true, Paused: true}
	case c.State == "created":
		return Fate{Said: "was not started"}
	case c.OOMKilled || starved:
		ended := "it"
		if c.ExitCode != 128+int(syscall.SIGKILL) {
			ended = "a process in it"
		}
		return Fate{Said: "ran out of memory, so that the kernel ended " + ended + " (" + exit + ")", Outside: true, Starved: true}
	case c.State == removed:
		return Fate{Said: "was removed" + byWhom(last(events.ActionDestroy)), Outside: true}
	case killed:
		signal := signalName(kill.Actor.Attributes["signal"])
		return Fate{Said: "was ended with " + signal + byWhom(kill, true) + " (" + exit + ")", Outside: true}
	case c.ExitCode == 128+int(syscall.SIGKILL):
		return Fate{Said: "was killed, though not through the engine (" + exit + ")", Outside: true}
	}
	return Fate{Said: fmt.Sprintf("exited with status %d", c.ExitCode)}
}

// byWhom adds who did something, and when: the engine does so for its clients only.
func byWhom(m events.Message, known bool) string {
	if !known {
		return ""
	}
	return " through the engine at " + time.Unix(0, m.TimeNano).Local().Format(time.TimeOnly)
}

// signalName returns the name of a signal, which events give by number or by name.
func signalName(written string) string {
	if n, err := strconv.Atoi(written); err == nil {
		if name := unix.SignalName(syscall.Signal(n)); name != "" {
			return name
		}
		return "signal " + written
	}
	if written == "" {
		return "a signal"
	}
	return "SIG" + strings.TrimPrefix(strings.ToUpper(written), "SIG")
}
