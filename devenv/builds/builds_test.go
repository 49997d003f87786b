package builds

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// unsaid fails the test if anything is noted.
func unsaid(t *testing.T) func(string) {
	return func(text string) { t.Error("it noted: " + text) }
}

func TestRunKnowsWhetherOthersAreRunning(t *testing.T) {
	cache := t.TempDir()
	var first, second Images
	for _, b := range []*Images{&first, &second} {
		if err := b.Open(t.Context(), cache, unsaid(t)); err != nil {
			t.Fatal(err)
		}
	}
	if first.Alone() {
		t.Error("the first run believes that it is alone")
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if taken, err := Lock(cache).TryLock(); taken || err != nil {
		t.Errorf("a run that checked whether it is alone is no longer seen: %v", err)
	}
	if err := second.Open(t.Context(), cache, unsaid(t)); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if !second.Alone() {
		t.Error("the second run does not notice that the first has ended")
	}
	if err := errors.Join(second.Close(), first.Open(t.Context(), cache, unsaid(t)), first.Close()); err != nil {
		t.Errorf("a run after them: %v", err)
	}
}

func TestRunReportsWaitingForTheLock(t *testing.T) {
	cache := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		others := Lock(cache)
		if taken, err := others.TryLock(); err != nil || !taken {
			t.Fatal(taken, err)
		}
		var b Images
		said, opened := make(chan string, 1), make(chan error)
		go func() { opened <- b.Open(t.Context(), cache, func(text string) { said <- text }) }()
		select {
		case <-said:
		case err := <-opened:
			t.Fatalf("it went on without the lock: %v", err)
		}
		if err := others.Unlock(); err != nil {
			t.Fatal(err)
		}
		if err := <-opened; err != nil {
			t.Fatal(err)
		}
		if taken, err := others.TryLock(); taken || err != nil {
			t.Errorf("another run believes that it is alone: %v", err)
		}
		if err := errors.Join(b.Close(), others.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestInterruptedWaitEnds(t *testing.T) {
	cache := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		others := Lock(cache)
		if taken, err := others.TryLock(); err != nil || !taken {
			t.Fatal(taken, err)
		}
		defer others.Close() //nolint:errcheck // the test ends
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		var b Images
		if err := b.Open(ctx, cache, func(string) {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
	})
}
