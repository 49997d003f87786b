package database

import (
	"errors"
	"testing"
	"time"
)

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
