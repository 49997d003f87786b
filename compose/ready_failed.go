package compose

import (
	"context"
	"fmt"
	"strings"

	"devenv/devenv/report"
)

// Ended is the error of a container that ended before it was ready, or instead of staying so.
type Ended struct {
	Code        int
	OutOfMemory bool
	// Restart is the policy by which the engine starts it again and again; empty where it does not.
	Restart string
}

// Error says how it ended.
func (e Ended) Error() string {
	text := fmt.Sprintf("it ended with exit status %d", e.Code)
	if e.OutOfMemory {
		text += ": it ran out of memory"
	}
	if e.Restart != "" {
		text += fmt.Sprintf(", and is started again and again (restart: %s)", e.Restart)
	}
	return text
}

// failed is the failure of a container that ended instead of becoming ready, or of staying so.
func (l *lives) failed(ctx context.Context, now standing) error {
	if now == loops {
		l.ended.Restart = l.life.Restart
	}
	lines, err := l.engine.Tail(ctx, l.id, tailLines)
	if err != nil {
		return err
	}
	return report.Fail(report.KindWork, "", "%w", l.ended).WithOutput(lines)
}

// notReady is the failure of a container after err: it was not ready in time, or looking at it failed.
func (l *lives) notReady(ctx, deadline context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case deadline.Err() == nil:
		return err
	}
	if l.life, err = l.engine.Inspect(ctx, l.id); err != nil {
		return err
	}
	if l.note(l.life); l.standing(l.life) == hasEnded {
		return l.failed(ctx, hasEnded)
	}
	return l.late(ctx, fmt.Sprintf("it was not ready within %s: ", l.ready.Timeout))
}

// late is the failure of a container that is not ready; what begins the sentence that says why.
func (l *lives) late(ctx context.Context, what string) error {
	lines, err := l.engine.Tail(ctx, l.id, tailLines)
	if err != nil {
		return err
	}
	if health := l.life.Health; l.ready.byHealth(l.life) && len(health.Log) > 0 {
		lines = append(lines, "healthcheck: "+health.Log[len(health.Log)-1])
	}
	if l.life.Restarts > l.earlier {
		l.ended.Restart = l.life.Restart
		return report.Fail(report.KindWork, "", "%s%w", what, l.ended).WithOutput(lines)
	}
	hint := "if it takes longer, or is ready by another sign, say so in .devenv.yaml:\n    backend: {ready: {timeout: 300s, log: \"Serving on\"}}"
	return report.Fail(report.KindWork, hint, "%s%s", what, l.missing()).WithOutput(lines)
}

// missing says what a container did not show.
func (l *lives) missing() string {
	r := l.ready
	switch {
	case l.life.State == "paused":
		return "it is paused"
	case r.ends:
		return "it has not ended"
	case r.Log != "":
		return fmt.Sprintf("its log never held %q", r.Log)
	case r.URL != "":
		return r.URL + " did not answer"
	case r.Port != 0:
		return fmt.Sprintf("it does not listen on port %d", r.Port)
	case r.byHealth(l.life):
		return "its healthcheck is " + l.life.Health.Status
	case len(r.Declared) > 0:
		return "it listens on none of the ports that it declares, " + strings.Trim(fmt.Sprint(r.Declared), "[]")
	}
	return "it listens on no port"
}
