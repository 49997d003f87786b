package stack

import (
	"testing"
	"time"

	"devenv/compose"
	"devenv/devenv/userdata"
)

func TestTheConfiguredSignOfReadinessCounts(t *testing.T) {
	t.Parallel()
	u := &starting{backend: userdata.Backend{Service: "web", Ready: compose.Ready{Log: "Serving on", Timeout: time.Hour}}}
	for name, c := range map[string]struct {
		service string
		limit   time.Duration
		want    compose.Ready
	}{
		"the backend":              {"web", DefaultReadyTimeout, compose.Ready{Log: "Serving on", Timeout: time.Hour}},
		"the backend, with a flag": {"web", time.Second, compose.Ready{Log: "Serving on", Timeout: time.Second}},
		"another service":          {"db", DefaultReadyTimeout, compose.Ready{Timeout: DefaultReadyTimeout}},
	} {
		u.request.Timeout = c.limit
		if got := u.readyOf(c.service); got.Log != c.want.Log || got.Timeout != c.want.Timeout {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
