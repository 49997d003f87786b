package database

import (
	"context"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

// TestRemoteServerIsReachedThroughItsContainer, because its published port leads nowhere on this machine.
func TestRemoteServerIsReachedThroughItsContainer(t *testing.T) {
	server := start(t, requireEngine(t), service(nil), nil)
	e, err := engine.Connect(t.Context(), engine.Endpoint{Host: enginetest.Remote(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // the test ends
	remote := &Server{ID: server.ID, engine: e, settings: server.settings, address: "127.0.0.1:1"}
	conn, err := remote.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var long string
	if err := conn.QueryRow(t.Context(), "SELECT $1 || repeat('x', 1000000)", strings.Repeat("y", 1000000)).Scan(&long); err != nil ||
		len(long) != 2000000 {
		t.Errorf("%d bytes came back: %v", len(long), err)
	}
	var ended bool
	watching := "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = " + queryText(t, remote, "SELECT pg_backend_pid()::text")
	for end := time.Now().Add(10 * time.Second); err == nil && !ended && time.Now().Before(end); {
		err = conn.QueryRow(t.Context(), watching).Scan(&ended)
	}
	if err != nil || !ended {
		t.Errorf("the server still holds a closed connection: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())"); err == nil {
		t.Error("the server hung up, and no error was returned")
	}
	if err := conn.Close(context.Background()); err != nil {
		t.Error(err)
	}
	remote.settings.Port = 1
	if _, err := remote.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "through its container") {
		t.Errorf("a port that nobody listens on: %v", err)
	}
}
