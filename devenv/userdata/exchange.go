package userdata

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// NewData is what replaces the user's own data.
type NewData struct {
	From database.Source
	// Moves is set if kept data itself is moved back instead of a copy.
	Moves bool
	// To describes the data; Durable drops the settings of a scratch server from it.
	To      string
	Durable bool
	// Undoes is the start time of the exchange that this one takes back; zero if it takes none back.
	Undoes time.Time
	// Alone leaves what uses the database stopped: it would change the data when it starts.
	Alone bool
}

// Planned returns what would become of the database.
func (d *Database) Planned(to string) Exchanged {
	return Exchanged{Service: d.store.Service, Location: d.store.String(), To: to, DryRun: true, Empty: d.isEmpty()}
}

// isEmpty reports whether there was no data when the command first looked.
func (d *Database) isEmpty() bool { return d.seen.Control == "" }

// Agree asks before the user's own data is replaced, unless yes is set.
func (d *Database) Agree(ctx context.Context, yes bool, to string) error {
	if yes {
		return nil
	}
	if d.isEmpty() {
		return session.Agree(ctx, d.session.Ask, session.Consent{
			To:    fmt.Sprintf("give %s data, in %s: %s", d.store.Service, d.store, to),
			After: "It has none yet.", Without: "--yes (it has no data yet)", Refused: "nothing was changed",
		})
	}
	return session.Agree(ctx, d.session.Ask, session.Consent{
		To:    fmt.Sprintf("replace the data of %s in %s with: %s", d.store.Service, d.store, to),
		After: "The current data is kept.", Without: "--yes (the current data is kept)", Refused: "not replaced",
	})
}

// exchange is an exchange of the user's own data in progress.
type exchange struct {
	*Database
	journal Journal
	// replaced describes the old data until it is journaled.
	replaced database.SnapshotMeta
	// alone leaves what uses the database stopped.
	alone bool
	// stoppedAt is when the first of the database's users was stopped.
	stoppedAt time.Time
	// swapped is set once the new data is in place.
	swapped bool
}

// Exchange replaces the user's own data: it copies the new data next to the old while the server still runs, stops the
// server and what uses it, swaps the two by renaming, and starts everything again. The old data stays next to the new,
// for undo. Whatever interrupts it, the data is either as before or complete. It returns what became of the database,
// nil if it is as before. If the stack did not start again, it returns an error as well.
func (d *Database) Exchange(ctx context.Context, with NewData) (*Exchanged, error) {
	x := &exchange{Database: d, alone: with.Alone, journal: Journal{
		Command: d.session.Command, At: time.Now(), Undoes: with.Undoes, Store: d.store, Server: d.server.ID,
		From: with.From, Moves: with.Moves, To: with.To,
	}}
	err := d.session.Sequence(ctx,
		step.New("copy", func(ctx context.Context, log *step.Log) error { return x.prepareCopy(ctx, log, with.Durable) }),
		step.New("stop", x.stopUsers),
		step.New("swap", x.swap),
	)
	endErr := d.session.Sequence(context.WithoutCancel(ctx), step.New("start", x.end))
	if err = errors.Join(err, endErr); !x.swapped {
		if errors.Is(err, context.Canceled) && endErr == nil {
			d.session.Note("the data of " + d.store.Service + " is as it was")
		}
		return nil, err
	}
	done := x.journal.Exchanged()
	return &done, err
}

// prepareCopy journals the exchange and copies the new data next to the old.
func (x *exchange) prepareCopy(ctx context.Context, log *step.Log, durable bool) error {
	contents, err := x.store.Contents(ctx, x.workspace.Engine, x.journal.From, x.workspace.Labels())
	if err != nil {
		return err
	}
	if err := x.checkMajors(contents); err != nil {
		return err
	}
	if contents.Major != "" {
		x.journal.Snapshot = automaticPrefix + x.journal.At.Format("20060102-150405")
	}
	x.replaced = database.SnapshotMeta{Name: x.journal.Snapshot, Automatic: x.journal.Command, Major: contents.Major, Bytes: contents.Bytes}
	if err := x.journal.write(x.workspace.Repo); err != nil {
		return err
	}
	if x.journal.Moves {
		log.Skipped("it is next to the data already")
	}
	return x.store.Prepare(ctx, x.workspace.Engine, x.journal.swap(), durable, x.workspace.Labels())
}

// checkMajors refuses new data that no longer exists, or whose major version differs from the data's or the server's.
func (d *Database) checkMajors(contents database.Contents) error {
	if contents.Source == "" {
		return report.Fail(report.KindUsage, "see what there is: devenv snapshot list",
			"replace the data of %s: the new data no longer exists",
			d.store.Service)
	}
	runs := serverMajor(d.server)
	if contents.Major != "" && contents.Major != contents.Source {
		hint := "restore data of version " + contents.Major + ", or move this data with pg_dump"
		if runs == contents.Source {
			hint = "to keep it, move it with pg_dump of version " + contents.Major + "; to start without it: devenv down --volumes " +
				"(data in a directory of the host: remove that), and run this again"
		}
		return report.Fail(report.KindUsage, hint,
			"replace the data of %s: it is from Postgres %s, the new data from Postgres %s", d.store.Service,
			contents.Major, contents.Source)
	}
	if runs != "" && runs != contents.Source {
		return report.Fail(report.KindUsage,
			"if the Compose file has an image of version "+contents.Source+", devenv up makes a container of it; else check out a branch "+
				"whose database has it, or move the data with pg_dump",
			"replace the data of %s: its container runs Postgres %s, the new data is from Postgres %s", d.store.Service, runs, contents.Source)
	}
	return nil
}

// serverMajor returns the major version according to a server's image; empty if it does not say.
func serverMajor(server engine.Container) string {
	for _, variable := range server.Env {
		if major, ok := strings.CutPrefix(variable, "PG_MAJOR="); ok {
			return major
		}
	}
	return ""
}

// stopUsers stops the services that use the database, then the database.
func (x *exchange) stopUsers(ctx context.Context, log *step.Log) error {
	x.replaced.Revisions = x.revisions(ctx)
	if err := x.stack.ReadContainers(ctx); err != nil { // some may have been started since
		return err
	}
	if err := x.journalStop(ctx); err != nil {
		return err
	}
	x.stoppedAt = time.Now()
	stopped := x.journal.stopped()
	for _, id := range slices.Backward(stopped) {
		if err := ctx.Err(); err != nil {
			return err
		}
		// If a stop is interrupted, the engine continues it, and would kill what is started again meanwhile.
		if err := x.workspace.Engine.Stop(context.WithoutCancel(ctx), id, x.grace(id)); err != nil {
			return err
		}
	}
	if len(stopped) == 0 {
		log.Skipped("nothing that uses it is running")
	} else {
		log.Done(report.Count(len(stopped), "container"))
	}
	return nil
}

// journalStop records what is about to be stopped, and what data that affects.
func (x *exchange) journalStop(ctx context.Context) (err error) {
	users := x.stack.users(x.settings)
	slices.Reverse(users)               // what is stopped last starts first
	if x.wasRunning || len(users) > 0 { // what uses it cannot work without it
		x.journal.Stopped = []string{x.server.ID}
	}
	for _, c := range users {
		if x.alone {
			x.journal.Left = append(x.journal.Left, LeftStopped{ID: c.ID, Service: c.Labels[engine.ServiceLabel]})
		} else {
			x.journal.Stopped = append(x.journal.Stopped, c.ID)
		}
	}
	if x.journal.Replaced, err = x.describe(ctx, x.replaced); err != nil {
		return err
	}
	return x.journal.write(x.workspace.Repo)
}

// grace returns how long a container gets to stop: the database gets time to write everything, the others what "docker
// compose stop" gives them. A backend behind a shell that does not pass on the signal always takes all of it.
func (d *Database) grace(id string) time.Duration {
	if id == d.server.ID {
		return stopTimeout
	}
	return engine.OwnGrace
}

// swap does not start after an interrupt, nor if somebody else uses or has changed the data. An interrupt does not stop
// it.
func (x *exchange) swap(ctx context.Context, log *step.Log) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	still, err := x.checkUnused(ctx, "exchange")
	if err != nil {
		return err
	}
	swapped, err := x.store.Swap(context.WithoutCancel(ctx), x.workspace.Engine, x.journal.swap(), still, x.workspace.Labels())
	if err != nil {
		return err
	}
	if !swapped {
		return x.concurrentUse(ctx, "exchange")
	}
	log.Done(x.journal.To)
	return nil
}

// end completes or reverts the exchange and starts what was stopped.
func (x *exchange) end(ctx context.Context, log *step.Log) error {
	done, err := settle(ctx, x.workspace)
	x.swapped = done.swapped
	switch {
	case err != nil:
	case len(x.journal.Stopped) == 0:
		log.Skipped("nothing was running")
	default:
		log.Done(fmt.Sprintf("%s after the first stopped", time.Since(x.stoppedAt).Round(100*time.Millisecond)))
	}
	return err
}
