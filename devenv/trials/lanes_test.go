package trials

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
)

func TestLongestWaitingTrialGoesFirst(t *testing.T) {
	t.Parallel()
	l := newLanes(1)
	if err := l.enter(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	let := make(chan int, 3)
	for i, seconds := range []int{1, 5, 3} {
		go func() {
			if l.enter(t.Context(), seconds) == nil {
				let <- seconds
				l.leave()
			}
		}()
		for l.queue() <= i {
			runtime.Gosched()
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.enter(cancelled, 9); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is cancelled ends with %v", err)
	}
	l.leave()
	if got := []int{<-let, <-let, <-let}; !slices.Equal(got, []int{5, 3, 1}) {
		t.Errorf("they are let in as %v", got)
	}
}

// queue returns the number of waiting trials.
func (l *lanes) queue() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}
