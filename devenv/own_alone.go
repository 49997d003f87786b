package devenv

import (
	"context"
	"fmt"

	"devenv/devenv/database"
	"devenv/devenv/report"
)

// checkAlone refuses data that another running container has mounted, or that a server outside of the engine has locked: it may
// hold a server that devenv knows nothing of. It remembers how the data looks.
func (o *own) checkAlone(ctx context.Context) (err error) {
	refuse := func(hint, who string) error {
		return report.Fail(report.KindWork, hint, "work on the data of %s: %s uses %s as well", o.store.Service, who, o.store)
	}
	if o.seen, err = o.store.Still(ctx, o.place.engine, o.server.ID); err != nil {
		return err
	}
	other, err := o.otherContainer(ctx)
	switch {
	case err != nil:
		return err
	case other != "":
		return refuse("docker stop "+other, "container "+other)
	}
	if process := o.serverOutside(o.seen.Lock); process != 0 {
		return refuse(fmt.Sprintf("stop that server: kill -INT %d", process), outside(process))
	}
	return nil
}

// otherContainer is the name of a running container that has the data and is not the stack's own database; "" when there is none.
func (o *own) otherContainer(ctx context.Context) (string, error) {
	running, err := o.place.engine.MountedBy(ctx, o.store.Mount, false)
	for _, c := range running {
		if c.ID != o.server.ID {
			return c.Name, err
		}
	}
	return "", err
}

// outside says what a server is that serverOutside has found.
func outside(process int) string {
	return fmt.Sprintf("process %d, a Postgres server that is in no container of this engine,", process)
}

// standsStill makes sure, once the stack's own database is stopped, that nobody else uses the data, and that it is as it was when
// the command looked at it first, or when its own database stopped. It returns how it looks. doing is what is being done.
func (o *own) standsStill(ctx context.Context, doing string) (still database.Still, err error) {
	if still, err = o.store.Still(ctx, o.place.engine, o.server.ID); err != nil {
		return still, err
	}
	running, err := o.place.engine.MountedBy(ctx, o.store.Mount, false)
	changed := !o.wasRunning && still != o.seen
	locked := still.Lock != "" && still.Lock != o.seen.Lock // a server that was killed leaves its own
	if err == nil && (len(running) > 0 || changed || locked || o.serverOutside(still.Lock) != 0) {
		err = o.disturbed(ctx, doing)
	}
	return still, err
}

// disturbed is the failure where somebody has used the data meanwhile; it says who.
func (o *own) disturbed(ctx context.Context, doing string) error {
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindWork, hint+"\nthen run it again",
			"%s the data of %s: %w; nothing was changed", doing, o.store.Service, fmt.Errorf(format, args...))
	}
	const wait = "let nothing start that database until devenv has ended"
	other, err := o.otherContainer(ctx)
	if err != nil {
		return err
	}
	server, err := o.place.engine.Inspect(ctx, o.server.ID)
	if err != nil {
		return err
	}
	now, err := o.store.Still(ctx, o.place.engine, o.server.ID)
	if err != nil {
		return err
	}
	process := 0
	if server.State != "running" {
		process = o.serverOutside(now.Lock)
	}
	switch {
	case other != "":
		return fail("docker stop "+other, "container %s was started on it meanwhile", other)
	case server.State == "running":
		return fail(wait, "container %s was started again meanwhile, by somebody else", server.Name)
	case process != 0:
		return fail(fmt.Sprintf("stop that server: kill -INT %d", process), "%s was started on it meanwhile", outside(process))
	case now.Lock != "":
		return fail("stop that server, or remove the file if there is none", "a server has taken its lock file, %s/postmaster.pid", o.store.OnHost())
	}
	return fail(wait, "a server was started on it meanwhile, and has ended")
}
