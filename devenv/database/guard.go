package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// What runs on a server is watched from guardAfter on, every guardEvery: a session that has been waiting for a lock for
// stuckAfter, while whoever holds it does nothing, would wait for ever, and so would everybody on a server that has
// been paused for as long.
const (
	guardAfter = 10 * time.Second
	guardEvery = 5 * time.Second
	stuckAfter = 30 * time.Second
)

// Guard calls run, which uses the server from a container, by its address. A server that has ended answers nothing,
// whatever run found: another container may have its address by then. What would keep run waiting for ever is ended:
// the error is then a Stuck, or says that the container was paused.
func (s *Server) Guard(ctx context.Context, run func() error) error {
	if err := s.alive(ctx); err != nil {
		return err
	}
	err := s.unstuck(ctx, anySession, run)
	if lost := s.alive(ctx); lost != nil && !errors.As(err, new(lostServer)) {
		return lost
	}
	return err
}

// anySession stands for all sessions where a session's process is expected.
const anySession = 0

// unstuck calls run, and ends what would keep it waiting for ever: the session of that process, or else the server.
func (s *Server) unstuck(ctx context.Context, only uint32, run func() error) error {
	watching, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.endStuck(watching, only) }()
	err := run()
	stop()
	stuck := <-ended
	if err == nil || stuck == nil {
		return err
	}
	if waited := (Stuck{}); errors.As(stuck, &waited) {
		return waited.After(err)
	}
	return stuck
}

// endStuck ends the session, or the server, that would wait for ever, and returns what it was waiting for; nil if
// nothing did before ctx was cancelled.
func (s *Server) endStuck(ctx context.Context, only uint32) error {
	timer := time.NewTimer(guardAfter)
	defer timer.Stop()
	var pausedSince time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		timer.Reset(guardEvery)
		switch fate, err := s.engine.Fate(ctx, s.ID); {
		case err != nil || !fate.Paused:
			pausedSince = time.Time{}
		case pausedSince.IsZero():
			pausedSince = time.Now()
		case time.Since(pausedSince) >= stuckAfter:
			return s.endPaused(ctx, fate)
		}
		if stuck := s.endWaiting(ctx, stuckAfter, only); stuck != nil {
			return stuck
		}
		if only != anySession {
			continue // devenv's own question
		}
		if endless := s.endEndless(ctx, endlessAfter); endless != nil {
			return endless
		}
	}
}

// endPaused ends a paused server, so that its connections end.
func (s *Server) endPaused(ctx context.Context, fate engine.Fate) error {
	reason, hint := whyLost(fate, nil)
	paused := lostServer{report.FailMachine(hint, "%s, and stayed so for %s", reason, stuckAfter)}
	if err := s.engine.Kill(context.WithoutCancel(ctx), s.ID); err != nil {
		return errors.Join(paused, err)
	}
	return paused
}

// Stuck is the error of a statement that waits for a lock for ever: whoever holds it does nothing.
type Stuck struct {
	// Statement waits for Lock, "AccessExclusiveLock on items", which Holder has: "a session that is idle in …".
	Statement, Lock, Holder string
	// Own means that a session of devenv's holds it.
	Own bool

	err error
}

// After returns it with the error with which what waited has ended.
func (s Stuck) After(err error) Stuck {
	s.err = err
	return s
}

// Unwrap returns how what waited ended.
func (s Stuck) Unwrap() error { return s.err }

// Error returns what waits for what.
func (s Stuck) Error() string {
	return fmt.Sprintf("a statement waits for ever for %s, which is held by %s", s.Lock, s.Holder)
}

// ownQuestion begins what the migration tool's driver asks on the migration's connection, between its statements.
const ownQuestion = "/* devenv */"

// stuckQuery returns the session that has been waiting for a lock for longest, if none of those that hold it has done
// anything for as long, and one of those. A user's service may rightly wait for as long as it runs, for an advisory
// lock that makes one of its processes the leader: where services are connected, only one session is judged.
const stuckQuery = `SELECT w.pid, w.query, l.mode || CASE WHEN l.relation IS NULL THEN ' (' || l.locktype || ')'
  ELSE ' on ' || l.relation::regclass::text END, h.state, h.query, h.application_name
FROM pg_catalog.pg_stat_activity w JOIN pg_catalog.pg_locks l ON l.pid = w.pid AND NOT l.granted
JOIN pg_catalog.pg_stat_activity h ON h.pid = ANY (pg_catalog.pg_blocking_pids(w.pid))
WHERE $2 IN (0, w.pid) AND w.query_start < pg_catalog.clock_timestamp() - $1::interval AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_stat_activity o WHERE o.pid = ANY (pg_catalog.pg_blocking_pids(w.pid))
  AND (o.state = 'active' OR o.state_change > pg_catalog.clock_timestamp() - $1::interval))
ORDER BY w.query_start LIMIT 1`

// endWaiting cancels a statement that has been waiting for a lock for so long, and would for ever, and returns it. A
// server that does not answer has none.
func (s *Server) endWaiting(ctx context.Context, after time.Duration, only uint32) error {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil //nolint:nilerr // whoever uses the server sees it as well
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its statements have completed
	pid, stuck, err := findWaiting(ctx, conn, after, only)
	if err != nil {
		return nil //nolint:nilerr // nothing waits, or as above
	}
	if _, err := conn.Exec(ctx, "SELECT pg_catalog.pg_cancel_backend($1)", pgx.QueryExecModeSimpleProtocol, pid); err != nil {
		return nil //nolint:nilerr // as above
	}
	return stuck
}

// Waiting returns what waits for a lock that nobody is about to release, nil if nothing does or nobody can tell.
func (s *Server) Waiting(ctx context.Context) error {
	stuck, err := Ask(ctx, s, func(ctx context.Context, conn *Conn) (Stuck, error) {
		_, stuck, err := findWaiting(ctx, conn, 0, anySession)
		return stuck, err
	})
	if err != nil {
		return nil //nolint:nilerr // nothing waits, or the server does not answer
	}
	return stuck
}

// findWaiting returns the session that has been waiting for so long, and for what; pgx.ErrNoRows if none has.
func findWaiting(ctx context.Context, conn *Conn, after time.Duration, only uint32) (pid int, stuck Stuck, err error) {
	var state, query, application string
	err = conn.QueryRow(ctx, stuckQuery, pgx.QueryExecModeSimpleProtocol, fmt.Sprint(after.Seconds(), " seconds"), int(only)).
		Scan(&pid, &stuck.Statement, &stuck.Lock, &state, &query, &application)
	stuck.Own = application == applicationName
	stuck.Holder = fmt.Sprintf("a session that is %s and whose last statement was %s", state, strings.Join(strings.Fields(query), " "))
	if strings.HasPrefix(query, ownQuestion) {
		stuck.Holder = "a session of the migration's own that is " + state
	}
	if stuck.Own {
		stuck.Holder = "devenv itself; " + stuck.Holder
	}
	return pid, stuck, err
}

// endlessAfter is how long one statement may run: on the data that a seed makes, none of a migration's takes so long,
// even on a busy machine.
const endlessAfter = 30 * time.Minute

// endlessQuery returns the statement that has been running for longest without waiting for a lock, if that is longer
// than it may, and the locks on tables that its session holds.
const endlessQuery = `SELECT a.pid, a.query, coalesce((
  SELECT string_agg(DISTINCT l.mode || ' on ' || c.oid::regclass::text, ', ') FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = a.pid AND l.granted AND c.relkind IN ('r', 'p', 'm')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')), '')
FROM pg_catalog.pg_stat_activity a
WHERE a.state = 'active' AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name <> $2
AND a.wait_event_type IS DISTINCT FROM 'Lock' AND a.query_start < pg_catalog.clock_timestamp() - $1::interval
ORDER BY a.query_start LIMIT 1`

// endEndless cancels a statement that has been running for so long, and returns what it was. How long it would have
// taken is unknown: that is no fault of the migration. A server that does not answer has none.
func (s *Server) endEndless(ctx context.Context, after time.Duration) error {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil //nolint:nilerr // whoever uses the server sees it as well
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its statements have completed
	var pid int
	var statement, locks string
	err = conn.QueryRow(ctx, endlessQuery, pgx.QueryExecModeSimpleProtocol, fmt.Sprint(after.Seconds(), " seconds"), applicationName).
		Scan(&pid, &statement, &locks)
	if err != nil {
		return nil //nolint:nilerr // nothing runs for so long, or as above
	}
	if _, err := conn.Exec(ctx, "SELECT pg_catalog.pg_cancel_backend($1)", pgx.QueryExecModeSimpleProtocol, pid); err != nil {
		return nil //nolint:nilerr // as above
	}
	holding := ""
	if locks != "" {
		holding = ", holding " + locks
	}
	return report.FailMachine("a loop or a join without a condition never ends: try the statement by itself",
		"a statement was ended after it had run for %s%s: %s", after, holding, strings.Join(strings.Fields(statement), " "))
}
