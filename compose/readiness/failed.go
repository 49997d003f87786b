package readiness

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// tailLines is how many of a container's last lines a failure shows.
const tailLines = 20

// Ended is the error of a container that exited before it was ready, or instead of staying ready.
type Ended struct {
	// Code is its exit status, unless Unseen is set: it ran again whenever somebody looked.
	Code        int
	Unseen      bool
	OutOfMemory bool
	// Restart is the policy by which the engine keeps restarting it; empty if it does not.
	Restart string
	// Outside says who or what ended it, if it did not exit by itself: "was ended with SIGKILL through the engine".
	Outside string
}

// Error returns how it exited.
func (e Ended) Error() string {
	if e.Outside != "" {
		return "it " + e.Outside
	}
	text := fmt.Sprintf("it exited with status %d", e.Code)
	if e.Unseen {
		text = "it exited"
	}
	if e.OutOfMemory {
		text += ": it ran out of memory"
	}
	if e.Restart != "" {
		text += fmt.Sprintf(" and keeps being restarted (restart: %s)", e.Restart)
	}
	return text
}

// Late is the error of a container that runs, but did not show its sign in time, or not for long. Idle means that it
// did nothing meanwhile.
type Late struct {
	missing string
	Idle    bool
}

// Error returns which sign it did not show.
func (l Late) Error() string { return l.missing }

// failed returns the failure of a container that exited before it was ready, or instead of staying ready.
func (l *lives) failed(ctx context.Context, now standing) error {
	if now == loops {
		l.ended.Restart = l.life.Restart
	}
	fate, err := l.engine.Fate(ctx, l.id)
	if err != nil {
		return err
	}
	lines, err := l.engine.Tail(ctx, l.id, tailLines)
	switch {
	case now == hasEnded && fate.Outside:
		l.ended.Outside = fate.Said
		return report.FailMachine(remedy(fate), "%w", l.ended).WithOutput(lines)
	case err != nil:
		return err
	}
	return l.explained(ctx, report.Fail(report.KindWork, "", "%w", l.ended).WithOutput(lines))
}

// remedy returns what to do about a container that did not end by itself, which may be one of the user's own.
func remedy(fate engine.Fate) string {
	if fate.Starved {
		return fate.Remedy()
	}
	return "run it again"
}

// notReady returns the failure of a container after err: it was not ready in time, or inspecting it failed.
func (l *lives) notReady(ctx, deadline context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case engine.IsGone(err):
		return l.failed(ctx, hasEnded)
	case deadline.Err() == nil:
		return err
	}
	if l.life, err = l.engine.Inspect(ctx, l.id); err != nil {
		return err
	}
	if fate, unseen := l.engine.Fate(ctx, l.id); unseen == nil && fate.Paused {
		return report.FailMachine("continue it (docker unpause), or run it again", "it %s, and stayed so", fate.Said)
	}
	if l.note(l.life); l.standing(l.life) == hasEnded {
		return l.failed(ctx, hasEnded)
	}
	cause := context.Cause(deadline)
	return l.late(ctx, l.overdue(cause), errors.Is(cause, errIdle))
}

// late returns the failure of a container that is not ready; its message begins with what.
func (l *lives) late(ctx context.Context, what string, idle bool) error {
	lines, err := l.engine.Tail(ctx, l.id, tailLines)
	if err != nil {
		return err
	}
	if health := l.health(); l.ready.byHealth(l.life) && len(health.Log) > 0 {
		lines = append(lines, "healthcheck: "+lastLine(health.Log[len(health.Log)-1])) // it may print a screen of calls before
	}
	if l.life.Restarts > l.earlier {
		l.ended.Restart = l.life.Restart
		return report.Fail(report.KindWork, "", "%s%w", what, l.ended).WithOutput(lines)
	}
	hint := "if it takes longer, or shows readiness in another way, configure it in .devenv.yaml:\n" +
		"    backend: {ready: {timeout: 300s, log: \"Serving on\"}}"
	if idle {
		hint = "the last lines of its log show how far it came, and what it may be waiting for; " + hint
	}
	return report.Fail(report.KindWork, hint, "%s%w", what, Late{l.missing(), idle}).WithOutput(lines)
}

// missing describes the sign that a container did not show.
func (l *lives) missing() string {
	r := l.ready
	switch {
	case r.Ends:
		return "it has not exited"
	case r.Log != "":
		return fmt.Sprintf("its log never contained %q", r.Log)
	case r.URL != "":
		return r.URL + " did not answer"
	case r.Port != 0:
		return fmt.Sprintf("it does not listen on port %d", r.Port)
	case r.byHealth(l.life):
		return "its healthcheck is " + l.health().Status
	case len(r.Declared) > 0:
		return "it listens on none of its declared ports, " + strings.Trim(fmt.Sprint(r.Declared), "[]")
	}
	return "it listens on no port"
}
