package project

import "testing"

func TestPathsInTheRepositoryAreShownRelative(t *testing.T) {
	for path, want := range map[string]string{
		"/r/compose.yaml": "compose.yaml", "/r/..data/compose.yaml": "..data/compose.yaml", "/r": ".",
		"/elsewhere/x": "/elsewhere/x", "/rx/y": "/rx/y",
	} {
		if got := InRepository("/r", path); got != want {
			t.Errorf("%s is shown as %s, not %s", path, got, want)
		}
	}
}
