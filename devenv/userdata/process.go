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

// leftOver reports whether a lock file is stale: left by a server that was killed. It must not say so of a running
// server that devenv cannot see (in a container of another engine, or another user's). It is sure in three cases: the
// server was in the stack's own container, which has stopped since; no container of this engine uses the volume, which
// no other engine has; or every server on this machine is visible, and none works in the directory.
func (d *Database) leftOver(ctx context.Context, lock string) (bool, error) {
	server, err := d.workspace.Engine.Inspect(ctx, d.server.ID)
	if err != nil {
		return false, err
	}
	holder := database.ServerFiles{Lock: lock}.Holder()
	const second = time.Second // the lock file has whole seconds
	fromOwnContainer := !holder.Since.Before(server.Started.Add(-second)) && !holder.Since.After(server.Finished.Add(second))
	switch {
	case holder.Devenv:
		return false, nil
	case server.State != "running" && fromOwnContainer, d.store.Mount.Type == "volume":
		return true, nil
	case holder.Directory == d.store.OnHost() && errors.Is(syscall.Kill(holder.Process, 0), syscall.ESRCH):
		return true, nil // that path was no container's
	}
	process, all := serverIn(d.store.OnHost())
	return process == 0 && all, nil
}

// serverIn returns the process of a Postgres server on this machine, in a container or not, that works in a directory,
// whatever its path there; 0 if there is none. all is true if every server was visible: only root can see other users'.
func serverIn(dir string) (process int, all bool) {
	here, err := os.Stat(dir)
	names, _ := filepath.Glob("/proc/[0-9]*/comm") // the pattern is valid
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
