package userdata

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"devenv/devenv/database"
)

// leftOver returns whether a lock file is that of a server which has ended, as one that is killed leaves it. Of a running server
// that devenv may not be able to see (in a container of another engine, or another user's) it is not: the server is in the
// stack's own container, which has ended since; or no container of this engine runs on the volume, which no other engine has; or
// every server of this machine can be seen, and none works in the directory.
func (d *Database) leftOver(ctx context.Context, lock string) (bool, error) {
	server, err := d.workspace.Engine.Inspect(ctx, d.server.ID)
	if err != nil {
		return false, err
	}
	holder := database.ServerFiles{Lock: lock}.Holder()
	const second = time.Second // the lock file has no parts of one
	inOwn := !holder.Since.Before(server.Started.Add(-second)) && !holder.Since.After(server.Finished.Add(second))
	switch {
	case holder.Devenv:
		return false, nil
	case server.State != "running" && inOwn, d.store.Mount.Type == "volume":
		return true, nil
	case holder.Directory == d.store.OnHost() && errors.Is(syscall.Kill(holder.Process, 0), syscall.ESRCH):
		return true, nil // by that path, it was no container's
	}
	process, all := serverIn(d.store.OnHost())
	return process == 0 && all, nil
}

// serverIn finds a Postgres server of this machine, in a container or in none, that works in a directory, whatever path it has
// there; 0 for none. all says that every server could be looked at: another user's shows only to root.
func serverIn(dir string) (process int, all bool) {
	here, err := os.Stat(dir)
	names, _ := filepath.Glob("/proc/[0-9]*/comm") // the pattern is right
	if err != nil || len(names) == 0 {
		return 0, false
	}
	all = true
	for _, name := range names {
		if command, err := os.ReadFile(name); err != nil || strings.TrimSpace(string(command)) != "postgres" {
			continue
		}
		there, err := os.Stat(filepath.Join(filepath.Dir(name), "cwd"))
		switch {
		case err == nil && os.SameFile(here, there):
			process, _ = strconv.Atoi(filepath.Base(filepath.Dir(name)))
			return process, true
		case errors.Is(err, os.ErrPermission):
			all = false
		}
	}
	return 0, all
}
