package trials

import (
	"context"
	"slices"
	"sync"
)

// lanes limits how many trials run at the same time. Of those that wait, the one that takes longest is let in first.
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

// enter waits for a lane, or for the context's end.
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
		} else { // it was let in meanwhile
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

// next lets the longest in, or counts a free lane.
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
