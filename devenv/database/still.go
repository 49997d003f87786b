package database

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// lookEvery is how often AwaitStill looks.
const lookEvery = 250 * time.Millisecond

// lookQuery returns the transactions that write in any of the server's databases, and which came last; a mark follows
// if a query has been running for long, of which something may still come: short ones are somebody who asks for work,
// and one that waits for a lock may be somebody who waits to be the leader. It writes nothing itself.
const lookQuery = `SELECT pg_catalog.pg_current_snapshot()::text || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_activity
WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_catalog.pg_backend_pid()
AND wait_event_type IS DISTINCT FROM 'Lock' AND query_start < pg_catalog.clock_timestamp() - interval '1 second') THEN ' busy' ELSE '' END`

// AwaitStill waits until for a while nothing has been written to the server's databases and nothing is about to be, and
// returns true; false if that has not happened after the longest time.
func (s *Server) AwaitStill(ctx context.Context, quiet, longest time.Duration) (bool, error) {
	return Ask(ctx, s, func(ctx context.Context, conn *Conn) (bool, error) {
		return awaitStill(ctx, quiet, longest, func(ctx context.Context) (snapshot string, err error) {
			err = conn.QueryRow(ctx, lookQuery, pgx.QueryExecModeSimpleProtocol).Scan(&snapshot)
			return snapshot, err
		})
	})
}

// awaitStill looks until the snapshots have been the same, and idle, for a while.
func awaitStill(ctx context.Context, quiet, longest time.Duration, look func(context.Context) (string, error)) (bool, error) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	began, last, since := time.Now(), "", time.Now()
	for {
		snapshot, err := look(ctx)
		if err != nil {
			return false, err
		}
		now := time.Now()
		if snapshot != last || !isIdle(snapshot) {
			last, since = snapshot, now
		}
		switch {
		case now.Sub(since) >= quiet:
			return true, nil
		case now.Sub(began) >= longest:
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-ticker.C:
		}
	}
}

// isIdle reports whether a snapshot, "first:next:running,…", has no transaction that writes, and no mark.
func isIdle(snapshot string) bool { return strings.HasSuffix(snapshot, ":") }
