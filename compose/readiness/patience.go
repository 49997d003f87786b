package readiness

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"devenv/devenv/report"
)

// Why somebody stopped waiting for a service.
var (
	errSilent  = errors.New("it showed no sign of life")
	errEndless = errors.New("it was still at work")
	errIdle    = errors.New("it did nothing")
)

// A service is at work if it used a processor for this share of the time since somebody last looked, and idle if it and
// those beside it used less than idleShare: one that waits in vain uses none, and one that gets too little of a busy
// machine uses more. Whoever looks for a listening port in the container uses less, too. longestWaits is how many times
// the limit a service may be at work without becoming ready.
const (
	atWork       = 0.6
	idleShare    = 0.02
	longestWaits = 5
)

// pulse judges whether a service is alive, from what its container shows: a line that its log did not have, whatever
// its numbers, or the use of a processor.
type pulse struct {
	seen map[string]bool
	last sample
	at   time.Time
	// idle means that it was not alive, and that those beside it did nothing either.
	idle bool
}

// sample is what a container shows at some time: the last lines of its log, and the processor time that it has used
// itself; beside is what those use that may be at work for it, such as its database.
type sample struct {
	lines        []string
	used, beside time.Duration
}

// beats reports whether a service has done something since the last sample.
func (p *pulse) beats(s sample, now time.Time) bool {
	passed := float64(now.Sub(p.at))
	alive := !p.at.IsZero() && s.used > p.last.used && float64(s.used-p.last.used) >= atWork*passed
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	digits := regexp.MustCompile(`\d+`)
	for _, line := range s.lines {
		if line = digits.ReplaceAllString(line, "0"); !p.seen[line] {
			p.seen[line], alive = true, true
		}
	}
	p.idle = !alive && !p.at.IsZero() && float64(s.used-p.last.used+s.beside-p.last.beside) < idleShare*passed
	p.last, p.at = s, now
	return alive
}

// limits are how long a service may show no sign of life, and how long it may do nothing at all; zero idle means as
// long as no sign of life.
type limits struct{ silent, idle time.Duration }

// patience returns a context that ends, with errSilent or errIdle, when a service has exceeded a limit, or with
// errEndless when it is still at work after many times the limit, which is its deadline. look returns what its
// container shows, false if nobody can tell: that is no sign of life, and does not prove that it did nothing.
func patience(ctx context.Context, limit limits, look func(context.Context) (sample, bool)) (context.Context, func()) {
	ctx, over := context.WithTimeoutCause(ctx, longestWaits*limit.silent, errEndless)
	ctx, cancel := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	if limit.idle == 0 || limit.idle > limit.silent {
		limit.idle = limit.silent
	}
	go func() {
		defer close(watched)
		ticker := time.NewTicker(min(max(limit.idle/8, 100*time.Millisecond), 5*time.Second))
		defer ticker.Stop()
		var life pulse
		for alive, busy := time.Now(), time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := time.Now()
			shown, seen := look(ctx)
			if seen && life.beats(shown, now) {
				alive = now
			}
			if !seen || !life.idle {
				busy = now
			}
			switch {
			case now.Sub(alive) >= limit.silent:
				cancel(errSilent)
			case now.Sub(busy) >= limit.idle:
				cancel(errIdle)
			}
		}
	}()
	return ctx, func() {
		cancel(context.Canceled)
		over()
		<-watched
	}
}

// limited returns the context in which a service must become ready.
func (l *lives) limited(ctx context.Context) (context.Context, func()) {
	if !l.ready.Patient {
		return context.WithTimeout(ctx, l.ready.Timeout)
	}
	return patience(ctx, limits{l.ready.Timeout, l.ready.Idle}, l.show)
}

// show returns what the container shows, without what asking in it whether it is ready has used.
func (l *lives) show(ctx context.Context) (s sample, seen bool) {
	lines, err := l.engine.Tail(ctx, l.id, tailLines)
	if err != nil {
		return s, false
	}
	used, err := l.asking.othersUsed(ctx)
	if err != nil {
		return s, false
	}
	s = sample{lines: lines, used: used}
	for _, id := range l.ready.Beside {
		if used, err = l.engine.ProcessorTime(ctx, id); err == nil { // one that has ended is not at work
			s.beside += used
		}
	}
	return s, true
}

// overdue returns what was waited for in vain, to begin a message with.
func (l *lives) overdue(cause error) string {
	switch {
	case errors.Is(cause, errIdle):
		return fmt.Sprintf("it was not ready, and had done nothing for %s (no line in its log, and less than a fiftieth of a processor): ",
			report.Elapsed(l.ready.Idle))
	case errors.Is(cause, errSilent):
		return fmt.Sprintf("it was not ready within %s of its last sign of life: ", l.ready.Timeout)
	case errors.Is(cause, errEndless):
		return fmt.Sprintf("it was not ready within %s, although it was still at work: ", longestWaits*l.ready.Timeout)
	}
	return fmt.Sprintf("it was not ready within %s: ", l.ready.Timeout)
}
