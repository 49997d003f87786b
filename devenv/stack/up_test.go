package stack

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/userdata"
)

func TestTheConfiguredSignOfReadinessCounts(t *testing.T) {
	t.Parallel()
	u := &starting{backend: userdata.Backend{Service: "web", Ready: readiness.Wanted{Log: "Serving on", Timeout: time.Hour}}}
	u.database = "db"
	u.Stack = &userdata.Stack{Model: &types.Project{Services: types.Services{"db": {Name: "db"}}}}
	healthy := engine.Container{Health: &engine.Health{}}
	for name, c := range map[string]struct {
		service   string
		container engine.Container
		limit     time.Duration
		want      readiness.Wanted
	}{
		"the backend":              {"web", healthy, 0, readiness.Wanted{Log: "Serving on", Timeout: time.Hour}},
		"the backend, with a flag": {"web", healthy, DefaultReadyTimeout, readiness.Wanted{Log: "Serving on", Timeout: DefaultReadyTimeout}},
		"another service":          {"db", healthy, 0, readiness.Wanted{Timeout: DefaultReadyTimeout}},
		"a database without a healthcheck, which initializes its data first": {
			"db", engine.Container{}, DefaultReadyTimeout, readiness.Wanted{Port: 5432, Timeout: DefaultReadyTimeout},
		},
	} {
		u.request.Timeout = c.limit
		if got := u.readyOf(c.service, c.container); got.Log != c.want.Log || got.Port != c.want.Port || got.Timeout != c.want.Timeout {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
