package database

import (
	"errors"
	"strings"
	"testing"
	"time"

	"devenv/devenv/report"
)

// endsWhatComputesForEver has a session of another client run a statement that never ends by itself.
func endsWhatComputesForEver(t *testing.T, server *Server) {
	t.Helper()
	conn, err := server.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // only asked
	if _, err := conn.Exec(t.Context(), "SET application_name = 'migration'; BEGIN; LOCK TABLE users"); err != nil {
		t.Fatal(err)
	}
	if other := server.endEndless(t.Context(), 0); other != nil {
		t.Errorf("a session that does nothing is ended: %v", other)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := conn.Exec(t.Context(), "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n")
		ended <- err
	}()
	var endless error
	for endless == nil {
		<-time.After(20 * time.Millisecond)
		if other := server.endEndless(t.Context(), time.Hour); other != nil {
			t.Fatalf("it is ended too early: %v", other)
		}
		endless = server.endEndless(t.Context(), 0)
	}
	if !report.IsMachine(endless) || !strings.Contains(endless.Error(), ", holding AccessExclusiveLock on users: WITH RECURSIVE n AS") {
		t.Errorf("it says %v", endless)
	}
	if err := <-ended; err == nil {
		t.Error("the statement has ended by itself")
	}
}

// endsWhatWaitsForEver has a session wait for a lock that another one of the same client holds.
func endsWhatWaitsForEver(t *testing.T, server *Server) {
	t.Helper()
	var sessions [2]*Conn
	for i := range sessions {
		conn, err := server.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context()) //nolint:errcheck // only asked
		if _, err := conn.Exec(t.Context(), "SET application_name = 'migration'"); err != nil {
			t.Fatal(err)
		}
		sessions[i] = conn
	}
	if _, err := sessions[0].Exec(t.Context(), "BEGIN; LOCK TABLE users"); err != nil {
		t.Fatal(err)
	}
	still, err := server.AwaitStill(t.Context(), time.Millisecond, time.Minute)
	if err != nil || !still { // a lock writes nothing
		t.Errorf("still: %v, %v", still, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := sessions[1].Exec(t.Context(), "ALTER TABLE users ADD COLUMN name text")
		ended <- err
	}()
	var stuck Stuck
	for server.Waiting(t.Context()) == nil {
		<-time.After(20 * time.Millisecond)
	}
	for _, last := range []string{ownQuestion + " SELECT 1", "BEGIN; LOCK TABLE users"} {
		if _, err := sessions[0].Exec(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		const own = "a session of the migration's own that is idle in transaction"
		if errors.As(server.Waiting(t.Context()), &stuck); (stuck.Holder == own) != strings.HasPrefix(last, ownQuestion) {
			t.Errorf("after %q the holder is %s", last, stuck.Holder)
		}
	}
	if other := server.endWaiting(t.Context(), 0, sessions[0].PgConn().PID()); other != nil {
		t.Errorf("another session's wait is ended: %v", other)
	}
	for !errors.As(server.endWaiting(t.Context(), 0, sessions[1].PgConn().PID()), &stuck) {
		<-time.After(20 * time.Millisecond)
	}
	if stuck.Statement != "ALTER TABLE users ADD COLUMN name text" || stuck.Lock != "AccessExclusiveLock on users" || stuck.Own ||
		stuck.Holder != "a session that is idle in transaction and whose last statement was BEGIN; LOCK TABLE users" {
		t.Errorf("%+v", stuck)
	}
	if err := <-ended; err == nil {
		t.Error("the statement has got the lock")
	}
	if _, err := sessions[0].Exec(t.Context(), "INSERT INTO users VALUES (0)"); err != nil {
		t.Fatal(err)
	}
	if still, err := server.AwaitStill(t.Context(), time.Millisecond, time.Second); err != nil || still {
		t.Errorf("still, while a transaction writes: %v, %v", still, err)
	}
}
