package devenv

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
)

// Records of a worktree's state: the exchange that is under way, and those that can be undone, the oldest first.
const (
	exchangeRecord = "exchange"
	replacedRecord = "replaced"
)

// keptReplaced is how many exchanges can be undone; their snapshots stay until clean or snapshot remove takes them.
const keptReplaced = 20

// exchange is the journal of an exchange of the user's own data: all that is needed to end it after a crash.
type exchange struct {
	Command string         `json:"command"`
	At      time.Time      `json:"at"`
	Store   database.Store `json:"store"`
	// Server is the database's container; Stopped are those to start again, in order, the server among them if it ran.
	Server  string   `json:"server"`
	Stopped []string `json:"stopped"`
	// Snapshot is the name of the one that keeps what is replaced; empty when there was no data.
	Snapshot string `json:"snapshot,omitempty"`
	// To says what the data is exchanged for; empty when it only stands still.
	To string `json:"to"`
	// Undoes is when the exchange was begun that this one takes back; zero when it takes none back.
	Undoes time.Time `json:"undoes,omitzero"`
	// Swapping says that everything is ready, and the swap may have begun.
	Swapping bool `json:"swapping"`
}

// replaced is an exchange that was completed, for undo.
type replaced struct {
	Command  string    `json:"command"`
	At       time.Time `json:"at"`
	Snapshot string    `json:"snapshot"`
	To       string    `json:"to"`
}

// exchangeData puts an image's data in the place of the user's own: copied beside it while the server still runs, then the
// server and what uses it stop, the old data is kept as a snapshot, the copy takes its place, and all starts again. Whatever
// ends it early, the data is as before or complete.
func (o *own) exchangeData(image func() string, to string, durable bool) step {
	return step{do: func(ctx context.Context, _ *stepLog) error {
		o.exchange = exchange{Command: o.document.Command, At: time.Now(), Undoes: o.undoes, Store: o.store, Server: o.server.ID, To: to}
		err := o.sequence(ctx,
			step{"copy", func(ctx context.Context, log *stepLog) error { return o.prepareCopy(ctx, log, image(), durable) }},
			step{"stop", o.stopUsers},
			step{"snapshot", o.keepOld},
			step{"swap", o.swap},
		)
		endErr := o.sequence(context.WithoutCancel(ctx), step{"start", o.endExchange})
		return errors.Join(err, endErr)
	}}
}

// prepareCopy journals the exchange and copies the new data beside the old.
func (o *own) prepareCopy(ctx context.Context, log *stepLog, image string, durable bool) error {
	look, err := o.store.Look(ctx, o.place.engine, image, o.place.labels())
	if err != nil {
		return err
	}
	if look.Major != "" && look.Major != look.Source {
		return report.Fail(report.KindUsage, "restore data of version "+look.Major+", or move this data with pg_dump",
			"exchange the data of %s: it is of Postgres %s, the new data of Postgres %s", o.store.Service, look.Major, look.Source)
	}
	if runs := serverMajor(o.server); runs != "" && look.Source != "" && runs != look.Source {
		return report.Fail(report.KindUsage, "check out a branch whose database is of version "+look.Source+", or move the data with pg_dump",
			"exchange the data of %s: it runs Postgres %s, the new data is of Postgres %s", o.store.Service, runs, look.Source)
	}
	if look.Major != "" {
		o.exchange.Snapshot = "auto-" + o.exchange.At.Format("20060102-150405")
	}
	o.old = look
	if err := o.place.repo.Record(exchangeRecord).Write(o.exchange); err != nil {
		return err
	}
	return o.store.Prepare(ctx, o.place.engine, image, durable, o.place.labels())
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
func (o *own) stopUsers(ctx context.Context, log *stepLog) error {
	o.oldRevisions = o.revisions(ctx)
	users := o.users()
	var stopped []string
	for _, c := range users {
		stopped = append(stopped, c.ID)
	}
	slices.Reverse(stopped) // what is stopped last starts first
	if o.wasRunning {
		stopped = append([]string{o.server.ID}, stopped...)
	}
	o.exchange.Stopped = stopped
	if err := o.place.repo.Record(exchangeRecord).Write(o.exchange); err != nil {
		return err
	}
	o.stoppedAt = time.Now()
	for _, id := range slices.Backward(stopped) {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The engine goes on with a stop that is cut off, and would kill what is started again meanwhile.
		if err := o.place.engine.Stop(context.WithoutCancel(ctx), id, o.grace(id)); err != nil {
			return err
		}
	}
	if len(stopped) == 0 {
		log.skipped("nothing runs that uses it")
	} else {
		log.done(count(len(stopped), "container"))
	}
	return nil
}

// grace is what a container gets to stop: the database time to write everything, the others what "docker compose stop" gives
// them. A backend behind a shell that does not pass the signal on always takes all of it.
func (o *own) grace(id string) time.Duration {
	if id == o.server.ID {
		return ownTimeout
	}
	return engine.OwnGrace
}

// keepOld keeps the data that is replaced as a snapshot.
func (o *own) keepOld(ctx context.Context, log *stepLog) error {
	if o.exchange.Snapshot == "" {
		log.skipped("there was no data")
		return nil
	}
	meta, err := o.snapshotMeta(ctx, o.exchange.Snapshot)
	if err != nil {
		return err
	}
	meta.Automatic = o.document.Command
	saving, err := o.store.Save(ctx, o.place.engine, o.place.labels())
	if err != nil {
		return err
	}
	kept, err := saving.Keep(ctx, meta)
	if err == nil {
		log.done(fmt.Sprintf("%s, %s", kept.Name, megabytes(kept.Bytes)))
	}
	return errors.Join(err, saving.Close(ctx))
}

// swap is not begun after an interrupt, and not cut off by one.
func (o *own) swap(ctx context.Context, log *stepLog) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.exchange.Swapping = true
	if err := o.place.repo.Record(exchangeRecord).Write(o.exchange); err != nil {
		return err
	}
	log.done(o.exchange.To)
	return o.store.Swap(context.WithoutCancel(ctx), o.place.engine, o.place.labels())
}

// endExchange completes or reverts the exchange and starts what was stopped.
func (o *own) endExchange(ctx context.Context, log *stepLog) error {
	_, err := settleExchange(ctx, o.place)
	if len(o.exchange.Stopped) == 0 {
		log.skipped("nothing was running")
	} else if err == nil {
		log.done("stopped for " + time.Since(o.stoppedAt).Round(100*time.Millisecond).String())
	}
	return err
}

// settleExchange ends an exchange that is journaled, of this run or of one that was cut off: a swap that had begun is completed, else
// the data stays as it was; what was stopped starts again. It says what it did, "" for nothing. The caller holds the lock.
func settleExchange(ctx context.Context, w *workplace) (string, error) {
	record := w.repo.Record(exchangeRecord)
	var x exchange
	found, err := record.Read(&x)
	if err != nil || !found {
		return "", err
	}
	did := ""
	if x.To != "" {
		if did, err = x.Store.Settle(ctx, w.engine, w.labels()); err != nil {
			return "", err
		}
	}
	said := fmt.Sprintf("an interrupted %q had not changed the data of %s: it is as it was", "devenv "+x.Command, x.Store.Service)
	if x.Swapping && did != "reverted" {
		said = fmt.Sprintf("completed an interrupted %q: the data of %s is %s", "devenv "+x.Command, x.Store.Service, x.To)
		if err := remember(w, x); err != nil {
			return "", err
		}
	}
	// What no longer starts is the user's turn: the data is settled, and nothing is to be done again.
	return said, errors.Join(startOwn(ctx, w, x.Server, x.Stopped), record.Remove())
}

// remember keeps a completed exchange for undo, or forgets the one that it took back, so that a second undo goes further back.
func remember(w *workplace, x exchange) error {
	record := w.repo.Record(replacedRecord)
	var all []replaced
	if _, err := record.Read(&all); err != nil {
		return err
	}
	last := len(all) - 1
	switch {
	case !x.Undoes.IsZero() && last >= 0 && all[last].At.Equal(x.Undoes):
		return record.Write(all[:last])
	case !x.Undoes.IsZero(), last >= 0 && all[last].At.Equal(x.At):
		return nil // that was remembered before a crash
	}
	all = append(all, replaced{Command: x.Command, At: x.At, Snapshot: x.Snapshot, To: x.To})
	return record.Write(all[max(0, len(all)-keptReplaced):])
}

// megabytes says a size for people.
func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}
