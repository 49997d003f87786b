package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// exchangeRecord is the record of the worktree's state that holds the exchange under way.
const exchangeRecord = "exchange"

// exchange is the journal of an exchange of the user's own data: all that is needed to end it after a crash.
type exchange struct {
	Command string         `json:"command"`
	At      time.Time      `json:"at"`
	Store   database.Store `json:"store"`
	// Server is the database's container; Stopped are those to start again, in order, the server among them if it ran.
	Server  string   `json:"server"`
	Stopped []string `json:"stopped"`
	// From is where the new data comes from; Moves says that what is kept goes back itself, and no copy of it.
	From  database.Source `json:"from"`
	Moves bool            `json:"moves,omitempty"`
	// Snapshot is the name under which the store keeps what is replaced; empty when there was no data. Replaced says what that is.
	Snapshot string                `json:"snapshot,omitempty"`
	Replaced database.SnapshotMeta `json:"replaced,omitzero"`
	// To says what the data is exchanged for; empty when it only stands still.
	To string `json:"to"`
	// Undoes is when the exchange was begun that this one takes back; zero when it takes none back.
	Undoes time.Time `json:"undoes,omitzero"`
}

// id names the exchange in the store.
func (x exchange) id() string { return swapID(x.At) }

// swapID names an exchange by when it was begun.
func swapID(at time.Time) string { return strconv.FormatInt(at.UnixNano(), 10) }

// swap is what the store is asked to do.
func (x exchange) swap() database.Swap {
	keep := x.Snapshot
	if keep == "" {
		keep = "nothing"
	}
	return database.Swap{ID: x.id(), From: x.From, Moves: x.Moves, Keep: keep}
}

// newData is what the user's own data is exchanged for.
type newData struct {
	from  database.Source
	moves bool
	// to says what it is; durable, that the settings of a scratch server stay behind.
	to      string
	durable bool
}

// exchangeData puts new data in the place of the user's own: it is copied beside that while the server still runs, then the
// server and what uses it stop, the two are exchanged by renaming, and all starts again. What was there stays beside it, for undo.
// Whatever ends it early, the data is as before or complete.
func (o *own) exchangeData(data func() newData) step.Step {
	return step.Step{Do: func(ctx context.Context, _ *step.Log) error {
		with := data()
		o.exchange = exchange{
			Command: o.Command, At: time.Now(), Undoes: o.undoes, Store: o.store, Server: o.server.ID,
			From: with.from, Moves: with.moves, To: with.to,
		}
		err := o.Sequence(ctx,
			step.New("copy", func(ctx context.Context, log *step.Log) error { return o.prepareCopy(ctx, log, with.durable) }),
			step.New("stop", o.stopUsers),
			step.New("swap", o.swap),
		)
		endErr := o.Sequence(context.WithoutCancel(ctx), step.New("start", o.endExchange))
		return errors.Join(err, endErr)
	}}
}

// prepareCopy journals the exchange and copies the new data beside the old.
func (o *own) prepareCopy(ctx context.Context, log *step.Log, durable bool) error {
	look, err := o.store.Look(ctx, o.Workspace.Engine, o.exchange.From, o.Workspace.Labels())
	if err != nil {
		return err
	}
	if err := o.checkMajors(look); err != nil {
		return err
	}
	if look.Major != "" {
		o.exchange.Snapshot = automaticPrefix + o.exchange.At.Format("20060102-150405")
	}
	o.old = look
	if err := o.Workspace.Repo.Record(exchangeRecord).Write(o.exchange); err != nil {
		return err
	}
	if o.exchange.Moves {
		log.Skipped("it lies beside the data")
	}
	return o.store.Prepare(ctx, o.Workspace.Engine, o.exchange.swap(), durable, o.Workspace.Labels())
}

// checkMajors refuses new data that is gone, or of another major version than the data or the server.
func (o *own) checkMajors(look database.Look) error {
	if look.Source == "" {
		return report.Fail(report.KindUsage, "see what there is: devenv snapshot list", "exchange the data of %s: the new data is no longer there", o.store.Service)
	}
	if look.Major != "" && look.Major != look.Source {
		return report.Fail(report.KindUsage, "restore data of version "+look.Major+", or move this data with pg_dump",
			"exchange the data of %s: it is of Postgres %s, the new data of Postgres %s", o.store.Service, look.Major, look.Source)
	}
	if runs := serverMajor(o.server); runs != "" && runs != look.Source {
		return report.Fail(report.KindUsage, "check out a branch whose database is of version "+look.Source+", or move the data with pg_dump",
			"exchange the data of %s: it runs Postgres %s, the new data is of Postgres %s", o.store.Service, runs, look.Source)
	}
	return nil
}

// serverMajor is the major version that a server's image says it is; empty where it does not say.
func serverMajor(server engine.Container) string {
	for _, variable := range server.Env {
		if major, ok := strings.CutPrefix(variable, "PG_MAJOR="); ok {
			return major
		}
	}
	return ""
}

// stopUsers stops the services that use the database, then the database.
func (o *own) stopUsers(ctx context.Context, log *step.Log) error {
	o.oldRevisions = o.revisions(ctx)
	found, err := o.Workspace.Client.OwnContainers(ctx, o.model) // some may have been started since
	if err != nil {
		return err
	}
	o.containers = found
	if err := o.journalStop(ctx); err != nil {
		return err
	}
	o.stoppedAt = time.Now()
	for _, id := range slices.Backward(o.exchange.Stopped) {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The engine goes on with a stop that is cut off, and would kill what is started again meanwhile.
		if err := o.Workspace.Engine.Stop(context.WithoutCancel(ctx), id, o.grace(id)); err != nil {
			return err
		}
	}
	if len(o.exchange.Stopped) == 0 {
		log.Skipped("nothing runs that uses it")
	} else {
		log.Done(report.Count(len(o.exchange.Stopped), "container"))
	}
	return nil
}

// journalStop writes down what is about to be stopped, and what data it is of.
func (o *own) journalStop(ctx context.Context) (err error) {
	for _, c := range o.users() {
		o.exchange.Stopped = append(o.exchange.Stopped, c.ID)
	}
	slices.Reverse(o.exchange.Stopped)               // what is stopped last starts first
	if o.wasRunning || len(o.exchange.Stopped) > 0 { // whoever uses it cannot do without
		o.exchange.Stopped = append([]string{o.server.ID}, o.exchange.Stopped...)
	}
	if o.exchange.Replaced, err = o.snapshotMeta(ctx, o.exchange.Snapshot); err != nil {
		return err
	}
	o.exchange.Replaced.Automatic = o.Command
	return o.Workspace.Repo.Record(exchangeRecord).Write(o.exchange)
}

// grace is what a container gets to stop: the database time to write everything, the others what "docker compose stop" gives
// them. A backend behind a shell that does not pass the signal on always takes all of it.
func (o *own) grace(id string) time.Duration {
	if id == o.server.ID {
		return ownTimeout
	}
	return engine.OwnGrace
}

// swap is not begun after an interrupt, nor on data that somebody else uses or has changed, and not cut off by an interrupt.
func (o *own) swap(ctx context.Context, log *step.Log) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	still, err := o.standsStill(ctx, "exchange")
	if err != nil {
		return err
	}
	swapped, err := o.store.Swap(context.WithoutCancel(ctx), o.Workspace.Engine, o.exchange.swap(), still, o.Workspace.Labels())
	if err != nil {
		return err
	}
	if !swapped {
		return o.disturbed(ctx, "exchange")
	}
	log.Done(o.exchange.To)
	return nil
}

// endExchange completes or reverts the exchange and starts what was stopped.
func (o *own) endExchange(ctx context.Context, log *step.Log) error {
	done, err := settleExchange(ctx, o.Workspace)
	o.exchanged = done.swapped
	switch {
	case err != nil:
	case len(o.exchange.Stopped) == 0:
		log.Skipped("nothing was running")
	default:
		log.Done(fmt.Sprintf("%s after the first stopped", time.Since(o.stoppedAt).Round(100*time.Millisecond)))
	}
	return err
}
