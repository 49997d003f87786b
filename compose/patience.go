package compose

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Why somebody stopped waiting for a service.
var (
	errSilent  = errors.New("it showed no sign of life")
	errEndless = errors.New("it was still at work")
)

// A service is at work if it used a processor for this share of the time since somebody last looked: its healthcheck
// alone uses less. longestWaits is how many times the limit a service may be at work without becoming ready.
const (
	atWork       = 0.6
	longestWaits = 5
)

// pulse judges whether a service is alive, from what its container shows: a line that its log did not have, whatever
// its numbers, or the use of a processor.
type pulse struct {
	seen map[string]bool
	used time.Duration
	at   time.Time
}

// sample is what a container shows at some time: the last lines of its log, and the processor time that it has used.
type sample struct {
	lines []string
	used  time.Duration
}

// beats reports whether a service has done something since the last sample.
func (p *pulse) beats(s sample, now time.Time) bool {
	alive := !p.at.IsZero() && s.used > p.used && float64(s.used-p.used) >= atWork*float64(now.Sub(p.at))
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	digits := regexp.MustCompile(`\d+`)
	for _, line := range s.lines {
		if line = digits.ReplaceAllString(line, "0"); !p.seen[line] {
			p.seen[line], alive = true, true
		}
	}
	p.used, p.at = s.used, now
	return alive
}

// patience returns a context that ends, with errSilent, when a service has shown no sign of life for the limit, or with
// errEndless when it is still at work after many times the limit, which is its deadline. look returns what its
// container shows, false if nobody can tell: that is no sign of life.
func patience(ctx context.Context, limit time.Duration, look func(context.Context) (sample, bool)) (context.Context, func()) {
	ctx, over := context.WithTimeoutCause(ctx, longestWaits*limit, errEndless)
	ctx, cancel := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		ticker := time.NewTicker(min(max(limit/8, 100*time.Millisecond), 5*time.Second))
		defer ticker.Stop()
		var life pulse
		for silent := time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := time.Now()
			switch shown, seen := look(ctx); {
			case seen && life.beats(shown, now):
				silent = now
			case now.Sub(silent) >= limit:
				cancel(errSilent)
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
	return patience(ctx, l.ready.Timeout, func(ctx context.Context) (sample, bool) {
		lines, err := l.engine.Tail(ctx, l.id, tailLines)
		used, unknown := l.engine.ProcessorTime(ctx, l.id)
		return sample{lines, used}, err == nil && unknown == nil
	})
}

// overdue returns what was waited for in vain, to begin a message with.
func (l *lives) overdue(cause error) string {
	switch {
	case errors.Is(cause, errSilent):
		return fmt.Sprintf("it was not ready within %s of its last sign of life: ", l.ready.Timeout)
	case errors.Is(cause, errEndless):
		return fmt.Sprintf("it was not ready within %s, although it was still at work: ", longestWaits*l.ready.Timeout)
	}
	return fmt.Sprintf("it was not ready within %s: ", l.ready.Timeout)
}
