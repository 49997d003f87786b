package userdata

import (
	"context"
	"fmt"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// checkAlone refuses data that another running container has mounted, or that somebody else has locked: it may hold a server that
// devenv knows nothing of. It remembers how the data looks.
func (d *Database) checkAlone(ctx context.Context) (err error) {
	refuse := func(hint, format string, args ...any) error {
		return report.Fail(report.KindWork, hint, "work on the data of %s in %s: %w", d.store.Service, d.store, fmt.Errorf(format, args...))
	}
	if d.seen, err = d.store.ServerFiles(ctx, d.workspace.Engine, d.server.ID); err != nil {
		return err
	}
	other, err := d.otherContainer(ctx)
	switch {
	case err != nil:
		return err
	case other != "":
		return refuse("docker stop "+other, "container %s uses it as well", other)
	case d.wasRunning:
		return nil // the lock is its own
	}
	who, hint, err := d.lockedBy(ctx, d.seen.Lock)
	if err == nil && who != "" {
		err = refuse(hint, "%s", who)
	}
	return err
}

// otherContainer returns the name of a running container that has the data and is not the stack's own database; "" when there is none.
func (d *Database) otherContainer(ctx context.Context) (string, error) {
	return otherOn(ctx, d.workspace.Engine, d.store.Mount, d.server.ID, time.Time{})
}

// otherOn returns the name of a container that has a server's data and is not the server's own: one that runs, or one that was made
// since a moment, which is about to start; zero looks for no such one. "" when there is none.
func otherOn(ctx context.Context, e *engine.Engine, data engine.Mount, server string, since time.Time) (string, error) {
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

// lockedBy returns who may hold the lock file, and what to do; "" for nobody, as where it is left over.
func (d *Database) lockedBy(ctx context.Context, lock string) (who, hint string, err error) {
	if lock == "" {
		return "", "", nil
	}
	if over, err := d.leftOver(ctx, lock); err != nil || over {
		return "", "", err
	}
	holder := database.ServerFiles{Lock: lock}.Holder()
	if holder.Devenv {
		return "devenv exchanges it from another worktree, or was cut off there", "let that end; where it was cut off, in that worktree: devenv doctor --fix", nil
	}
	if process, _ := serverIn(d.store.OnHost()); process != 0 {
		return fmt.Sprintf("process %d, a Postgres server in no container of this engine, uses it", process), fmt.Sprintf("stop that server: kill -INT %d", process), nil
	}
	return fmt.Sprintf("a server may run on it that devenv cannot see: its lock file names process %d in %s", holder.Process, holder.Directory),
		"stop that server; if there is none: rm " + d.store.OnHost() + "/postmaster.pid", nil
}

// standsStill makes sure, once the stack's own database is stopped, that nobody else uses the data, and that it is as it was when
// the command looked at it first, or when its own database stopped. It returns how it looks. doing is what is being done.
func (d *Database) standsStill(ctx context.Context, doing string) (still database.ServerFiles, err error) {
	if still, err = d.store.ServerFiles(ctx, d.workspace.Engine, d.server.ID); err != nil {
		return still, err
	}
	running, err := d.workspace.Engine.MountedBy(ctx, d.store.Mount, false)
	changed := !d.wasRunning && still != d.seen
	if err != nil {
		return still, err
	}
	who, _, err := d.lockedBy(ctx, still.Lock) // a server that was killed leaves its own
	if err == nil && (len(running) > 0 || changed || who != "") {
		err = d.disturbed(ctx, doing)
	}
	return still, err
}

// disturbed returns the failure where somebody has used the data meanwhile; it says who.
func (d *Database) disturbed(ctx context.Context, doing string) error {
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindWork, hint+"\nthen run it again", "%s the data of %s: %w; nothing was changed", doing, d.store.Service, fmt.Errorf(format, args...))
	}
	const wait = "let nothing start that database until devenv has ended"
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
		return fail("docker stop "+other+"\nthen: devenv up", "container %s was started on it meanwhile", other)
	case server.State == "running":
		return fail(wait, "container %s was started again meanwhile, by somebody else", server.Name)
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
	return fail(wait, "a server was started on it meanwhile, and has ended")
}
