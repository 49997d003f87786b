package trials

import (
	"context"
	"slices"
	"sync"
)

// lanes limits how many trials run at the same time. Of those waiting, the one that takes longest goes first.
type lanes struct {
	mu      sync.Mutex
	free    int
	waiting []*entry
}

type entry struct {
	seconds int
	in      chan struct{}
}

func newLanes(n int) *lanes { return &lanes{free: n} }

// enter waits for a free lane, or until the context is done.
func (l *lanes) enter(ctx context.Context, seconds int) error {
	l.mu.Lock()
	if l.free > 0 {
		l.free--
		l.mu.Unlock()
		return nil
	}
	e := &entry{seconds: seconds, in: make(chan struct{})}
	l.waiting = append(l.waiting, e)
	l.mu.Unlock()
	select {
	case <-e.in:
		return nil
	case <-ctx.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		if i := slices.Index(l.waiting, e); i >= 0 {
			l.waiting = slices.Delete(l.waiting, i, i+1)
		} else { // it got a lane in the meantime
			l.next()
		}
		return ctx.Err()
	}
}

// leave frees a lane.
func (l *lanes) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next()
}

// next gives the lane to the longest waiting trial, or marks it as free.
func (l *lanes) next() {
	if len(l.waiting) == 0 {
		l.free++
		return
	}
	longest := 0
	for i, e := range l.waiting {
		if e.seconds > l.waiting[longest].seconds {
			longest = i
		}
	}
	close(l.waiting[longest].in)
	l.waiting = slices.Delete(l.waiting, longest, longest+1)
}
