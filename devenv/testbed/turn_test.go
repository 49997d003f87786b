package testbed

import (
	"testing"
	"time"

	"devenv/devenv/queue"
)

func TestParallelRunsAreRequestedOrFollowFromProcessors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		requested   int
		environment string
		want        int
	}{
		"by the processors":                   {0, "", 4},
		"by the environment":                  {0, "3", 3},
		"by the flag, before the environment": {2, "3", 2},
		"any number":                          {-1, "", 0},
		"any number, by the environment":      {0, "-1", 0},
	} {
		if got, err := mostRuns(c.requested, c.environment, 8); got != c.want || err != nil {
			t.Errorf("%s: %d, %v, want %d", name, got, err, c.want)
		}
	}
	if _, err := mostRuns(0, "many", 8); err == nil {
		t.Error("a word is taken for a number")
	}
}

func TestLeavingATurnLetsTheNextRunWork(t *testing.T) {
	t.Parallel()
	line := queue.Queue{Dir: t.TempDir()}
	take := func() *queue.Turn {
		turn, err := line.Take(t.Context(), 1, func(ahead int) { t.Fatalf("it waits for %d runs", ahead) })
		if err != nil {
			t.Fatal(err)
		}
		return turn
	}
	b := &Testbed{turn: take()}
	for range 2 { // the end of the run leaves it again
		if err := b.LeaveTurn(); err != nil {
			t.Fatal(err)
		}
	}
	if err := take().Leave(); err != nil {
		t.Error(err)
	}
}

func TestAWaitSaysWhenItsCountWasTrue(t *testing.T) {
	t.Parallel()
	const want = "Waiting for a turn on this engine: 2 other runs ahead at 16:00:05, and 1 may work at the same time (--parallel-runs)"
	if got := waitsBehind("2 other runs", 1, time.Date(2026, 11, 30, 16, 0, 5, 0, time.UTC)); got != want {
		t.Errorf("it says %q", got)
	}
}

func TestFewDifferencesFromTheBaseAreNamed(t *testing.T) {
	t.Parallel()
	for want, differs := range map[string][]string{
		"main, from which your branch does not differ":               nil,
		"your branch, which differs from main in app/models.py only": {"app/models.py"},
		"your branch": {"a", "b", "c", "d"},
		"your branch, which differs from main in a.py, b.py and c.py only": {"a.py", "b.py", "c.py"},
	} {
		if got := branchSide("main", differs); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
