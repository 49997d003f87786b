package engine_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestPullGivesUpOnASilentRegistry(t *testing.T) {
	b := newFixture(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connections wait in its queue
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close() //nolint:errcheck // the test ends
	for name, tt := range map[string]struct {
		patience engine.PullTimeouts
		want     string
	}{
		"silence": {engine.PullTimeouts{Silence: 100 * time.Millisecond, Total: time.Minute}, "sent nothing for 100ms"},
		"in all":  {engine.PullTimeouts{Silence: time.Minute, Total: 100 * time.Millisecond}, "longer than 100ms"},
	} {
		err := b.PullWithin(t.Context(), silent.Addr().String()+"/no/such:image", tt.patience, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, context.Canceled) {
			t.Errorf("%s: the failure is %v, want %q", name, err, tt.want)
		}
	}
}
