package stack

import (
	"slices"
	"testing"

	"devenv/compose/engine"
)

func TestURLsWorkForEveryPublishedAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1:49153", "0.0.0.0:49153", "[::]:49153", "[2001:db8::1]:49153"} {
		c := engine.Container{
			State: "running", Env: []string{"PG_MAJOR=17"},
			Ports: map[string]string{"5432/tcp": address, "53/udp": "127.0.0.1:53"},
		}
		if urls := urlsOf(t.Context(), c); !slices.Equal(urls, []string{"127.0.0.1:49153"}) {
			t.Errorf("published on %s: %q", address, urls)
		}
	}
}
