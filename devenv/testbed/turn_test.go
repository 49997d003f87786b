package testbed

import "testing"

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
