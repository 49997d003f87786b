package step

import (
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

// WaitsFor sets what the step is waiting for from now on, to follow "waiting for"; at first it is the step itself.
func (l *Log) WaitsFor(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waits.what != what {
		l.waits = wait{what, time.Now()}
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
				l.mu.Unlock()
				since := now.since.Format(time.TimeOnly)
				l.Waiting("Still waiting for " + now.what + " since " + since + left(l.expected, time.Since(began)))
				timer.Reset(sayAgain)
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
