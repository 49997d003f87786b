package userdata

import (
	"context"
	"fmt"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// checkAlone refuses data that another running container mounts, or that somebody else has locked: a server that devenv
// does not know about may be using it. It remembers the state of the data.
func (d *Database) checkAlone(ctx context.Context) (err error) {
	refuse := func(hint, format string, args ...any) error {
		return report.Fail(report.KindWork, hint, "use the data of %s in %s: %w", d.store.Service, d.store, fmt.Errorf(format, args...))
	}
	if d.seen, err = d.store.ServerFiles(ctx, d.workspace.Engine, d.server.ID); err != nil {
		return err
	}
	other, err := d.otherContainer(ctx)
	switch {
	case err != nil:
		return err
	case other != "":
		return refuse("docker stop "+other, "container %s uses it too", other)
	case d.wasRunning:
		return nil // the lock is its own
	}
	who, hint, err := d.lockedBy(ctx, d.seen.Lock)
	if err == nil && who != "" {
		err = refuse(hint, "%s", who)
	}
	return err
}

// otherContainer returns the name of a running container, other than the stack's database, that mounts the data; "" if
// none does.
func (d *Database) otherContainer(ctx context.Context) (string, error) {
	return otherContainerOn(ctx, d.workspace.Engine, d.store.Mount, d.server.ID, time.Time{})
}

// otherContainerOn returns the name of a container, other than the server's, that mounts a server's data: one that is
// running, or one created since the given time and so about to start. A zero time only considers running ones. "" means
// none.
func otherContainerOn(ctx context.Context, e *engine.Engine, data engine.Mount, server string, since time.Time) (string, error) {
	all, err := e.MountedBy(ctx, data, true)
	for _, c := range all {
		runs := c.State == "running" || c.State == "restarting" || c.State == "paused"
		starts := c.State == "created" && !since.IsZero() && !c.Created.Before(since.Truncate(time.Second))
		if c.ID != server && (runs || starts) {
			return c.Name, err
		}
	}
	return "", err
}

// lockedBy returns who may hold the lock file, and what to do about it; "" if nobody does, as when the file is stale.
func (d *Database) lockedBy(ctx context.Context, lock string) (who, hint string, err error) {
	if lock == "" {
		return "", "", nil
	}
	if over, err := d.leftOver(ctx, lock); err != nil || over {
		return "", "", err
	}
	holder := database.ServerFiles{Lock: lock}.Holder()
	if holder.Devenv {
		return "devenv is replacing it from another worktree, or was interrupted there",
			"wait for it; if it was interrupted, run in that worktree: devenv doctor --fix", nil
	}
	if process, _ := serverIn(d.store.OnHost()); process != 0 {
		return fmt.Sprintf("process %d uses it, a Postgres server in no container of this engine",
			process), fmt.Sprintf("stop that server: kill -INT %d", process), nil
	}
	return fmt.Sprintf("a server that devenv cannot see may use it: its lock file names process %d in %s",
			holder.Process, holder.Directory),
		"stop that server; if there is none, run: rm " + d.store.OnHost() + "/postmaster.pid", nil
}

// checkUnused makes sure, once the stack's own database has stopped, that nobody else uses the data, and that it is
// unchanged since the command first looked at it, or since its own database stopped. It returns the data's state. Doing
// names the operation, for errors.
func (d *Database) checkUnused(ctx context.Context, doing string) (still database.ServerFiles, err error) {
	if still, err = d.store.ServerFiles(ctx, d.workspace.Engine, d.server.ID); err != nil {
		return still, err
	}
	running, err := d.workspace.Engine.MountedBy(ctx, d.store.Mount, false)
	changed := !d.wasRunning && still != d.seen
	if err != nil {
		return still, err
	}
	who, _, err := d.lockedBy(ctx, still.Lock) // a killed server leaves its lock
	if err == nil && (len(running) > 0 || changed || who != "") {
		err = d.concurrentUse(ctx, doing)
	}
	return still, err
}

// concurrentUse returns a failure that says who has used the data in the meantime.
func (d *Database) concurrentUse(ctx context.Context, doing string) error {
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindWork, hint+"\nthen run it again",
			"%s the data of %s: %w; nothing was changed", doing, d.store.Service,
			fmt.Errorf(format, args...))
	}
	const wait = "make sure that nothing starts that database until devenv has finished"
	other, err := d.otherContainer(ctx)
	if err != nil {
		return err
	}
	server, err := d.workspace.Engine.Inspect(ctx, d.server.ID)
	if err != nil {
		return err
	}
	switch {
	case other != "":
		return fail("docker stop "+other+"\nthen: devenv up", "container %s was started on it in the meantime", other)
	case server.State == "running":
		return fail(wait, "somebody else started container %s again in the meantime", server.Name)
	}
	now, err := d.store.ServerFiles(ctx, d.workspace.Engine, d.server.ID)
	if err != nil {
		return err
	}
	who, hint, err := d.lockedBy(ctx, now.Lock)
	switch {
	case err != nil:
		return err
	case who != "":
		return fail(hint, "%s", who)
	}
	return fail(wait, "a server was started on it in the meantime, and has ended")
}
