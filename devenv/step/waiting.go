package step

import (
	"context"
	"sync"
	"time"

	"devenv/devenv/report"
)

// A step that takes long says that it is still waiting after sayAfter, and again after every sayAgain: whoever watches
// should know that it lives, and what for.
const (
	sayAfter = 10 * time.Second
	sayAgain = time.Minute
)

// wait is what a step is waiting for, and since when.
type wait struct {
	what  string
	since time.Time
}

// logKey is the key of a step's log in the context that the step gets.
type logKey struct{}

// Running returns the log of the innermost step that a context belongs to; nil if there is none.
func Running(ctx context.Context) *Log {
	log, _ := ctx.Value(logKey{}).(*Log)
	return log
}

// WaitsFor sets what the step is waiting for from now on, to follow "waiting for"; at first it is the step itself.
func (l *Log) WaitsFor(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waits.what != what {
		l.waits = wait{what, time.Now()}
	}
}

// StillWaiting says at once what the step is waiting for, and since when. The step itself is then silent for a while.
func (l *Log) StillWaiting(what string, since time.Time) {
	l.silence(sayAgain)
	l.Waiting("Still waiting for " + what + " since " + since.Format(time.TimeOnly))
}

// silence keeps the step from saying by itself what it is waiting for.
func (l *Log) silence(during time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(during); until.After(l.silent) {
		l.silent = until
	}
}

// within marks that a step runs inside this one, until the returned function is called: meanwhile, and shortly after,
// that step is who says what is waited for.
func (l *Log) within() (end func()) {
	if l == nil {
		return func() {}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inner++
	return func() {
		l.silence(sayAfter)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inner--
	}
}

// sayWaiting says what the step is still waiting for, until the returned function is called.
func (l *Log) sayWaiting() (end func()) {
	began, done := time.Now(), make(chan struct{})
	var saying sync.WaitGroup
	saying.Go(func() {
		timer := time.NewTimer(sayAfter)
		defer timer.Stop()
		for {
			select {
			case <-done:
				return
			case <-timer.C:
				l.mu.Lock()
				now := l.waits
				pause := max(time.Until(l.silent), sayAfter-time.Since(now.since)) // it may just have begun to wait for that
				if l.inner > 0 {
					pause = sayAfter
				}
				l.mu.Unlock()
				if pause <= 0 {
					since := now.since.Format(time.TimeOnly)
					l.Waiting("Still waiting for " + now.what + " since " + since + left(l.expected, time.Since(began)))
					pause = sayAgain
				}
				timer.Reset(pause)
			}
		}
	})
	return func() {
		close(done)
		saying.Wait()
	}
}

// left says how much of a step's time is left, if it takes as long as expected.
func left(expected, spent time.Duration) string {
	switch {
	case expected == 0:
		return ""
	case spent < expected:
		return ", about " + report.Elapsed((expected - spent).Round(time.Second)) + " left"
	}
	return ", longer than last time (" + report.Elapsed(expected.Round(time.Second)) + ")"
}
