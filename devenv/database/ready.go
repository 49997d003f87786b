package database

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"devenv/compose/engine"
)

const (
	// pollInterval is the least time between two questions to a starting server; asking takes about a millisecond.
	pollInterval = 15 * time.Millisecond
	// refusalTime is how long a server may reject our user before that counts: an init script may still be creating
	// it.
	refusalTime = 5 * time.Second
)

// errEnded means that the container exited while it was expected to become ready.
var errEnded = errors.New("the container exited")

// awaitQuery polls until the server at an address, or behind dial, answers a query over TCP, as the application would
// connect.
func awaitQuery(ctx context.Context, address string, s Settings, dial pgconn.DialFunc) error {
	config, err := connectConfig(address, s, dial)
	if err != nil {
		return err
	}
	var refused time.Time
	for {
		began := time.Now()
		err := ask(ctx, config)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w; the last answer was: %w", context.Cause(ctx), err)
		}
		switch {
		case errors.Is(err, errOutdated):
			return err
		case !isRefusal(err):
			refused = time.Time{}
		case refused.IsZero():
			refused = time.Now()
		case time.Since(refused) > refusalTime:
			return err
		}
		select {
		case <-time.After(max(pollInterval, time.Since(began))): // no faster than it answers
		case <-ctx.Done():
			return fmt.Errorf("%w; the last answer was: %w", context.Cause(ctx), err)
		}
	}
}

func ask(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	if _, err = conn.Exec(ctx, "SELECT 1", pgx.QueryExecModeSimpleProtocol); err == nil {
		err = outdated(conn.PgConn().ParameterStatus("server_version"))
	}
	return errors.Join(err, conn.Close(ctx))
}

// oldest is the oldest major version of Postgres whose catalogs devenv reads.
const oldest = 13

// errOutdated means that a server is older.
var errOutdated = errors.New("devenv needs Postgres " + strconv.Itoa(oldest) + " or newer")

// outdated returns errOutdated, with the version that a server reports, if that is too old.
func outdated(version string) error {
	number, _, _ := strings.Cut(version, ".")
	if major, err := strconv.Atoi(number); err == nil && major < oldest {
		number, _, _ := strings.Cut(version, " ")
		return fmt.Errorf("it is Postgres %s, and %w", number, errOutdated)
	}
	return nil
}

// isRefusal reports whether the server is up and rejects this user or this database for good.
func isRefusal(err error) bool {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Code {
	case "28P01", "28000", "3D000":
		return true
	}
	return false
}

// watched returns a context that ends with errEnded when the container exits, and a function that stops watching.
func watched(ctx context.Context, e *engine.Engine, id string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if code, err := e.Wait(ctx, id); err == nil {
			cancel(fmt.Errorf("%w with status %d", errEnded, code))
		}
	}()
	return ctx, func() {
		cancel(context.Canceled)
		<-done
	}
}

// published returns the server's address on this machine.
func published(ports map[string]string, port int) string {
	return ports[strconv.Itoa(port)+"/tcp"]
}
