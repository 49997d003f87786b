package database

import (
	"context"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"devenv/compose/engine"
)

// Still is what shows that no server runs on a data directory, nor has run since an earlier look: every server writes the control
// file when it starts and when it ends, and holds the lock file while it runs.
type Still struct {
	// Control is the SHA-256 of the control file, in hex; empty where there is no data.
	Control string
	// Lock is what the lock file (postmaster.pid) holds; empty where there is none. A server that was killed leaves it.
	Lock string
}

// Still looks at the store's data through a container that has it, which need not run.
func (s Store) Still(ctx context.Context, e *engine.Engine, container string) (Still, error) {
	control, _, err := e.ReadFile(ctx, container, s.Directory+"/global/pg_control")
	if err != nil {
		return Still{}, s.failed(err, "look at the data of %s in %s", s.Service)
	}
	lock, _, err := e.ReadFile(ctx, container, s.Directory+"/postmaster.pid")
	return Still{Control: hashed(string(control)), Lock: string(lock)}, s.failed(err, "look at the data of %s in %s", s.Service)
}

// Holder is who took the lock.
type Holder struct {
	// Process is the server's number, as itself sees it: in a container of its own, often 1. 0 when there is no lock.
	Process int
	// Directory is the data directory as the server sees it.
	Directory string
	// Since is when it started, to the second.
	Since time.Time
	// Devenv says that it is no server, but an exchange.
	Devenv bool
}

// Holder reads the lock file.
func (s Still) Holder() Holder {
	lines := append(strings.Split(s.Lock, "\n"), "", "")
	process, _ := strconv.Atoi(strings.TrimSpace(lines[0])) // none is no number
	since, _ := strconv.ParseInt(strings.TrimSpace(lines[2]), 10, 64)
	return Holder{Process: process, Directory: lines[1], Since: time.Unix(since, 0), Devenv: strings.HasPrefix(s.Lock, "devenv exchange ")}
}

// LastSwap returns the id of the last swap of the store's data, empty when there was none; asked through a container that has the data.
func (s Store) LastSwap(ctx context.Context, e *engine.Engine, container string) (string, error) {
	id, _, err := e.ReadFile(ctx, container, path.Join(s.Directory, workDirectory, "done"))
	return strings.TrimSpace(string(id)), err
}

// Keeps reports whether the store still keeps what an exchange replaced: asked of a container that has the data, else of the volume
// or the directory itself.
func (s Store) Keeps(ctx context.Context, e *engine.Engine, name string) (bool, error) {
	containers, err := e.MountedBy(ctx, s.Mount, true)
	if err != nil {
		return false, err
	}
	below := path.Join(strings.TrimPrefix(s.Directory, s.Mount.Target), workDirectory, Source{Kept: name}.inStore())
	if len(containers) > 0 {
		return e.Exists(ctx, containers[0].ID, path.Join(containers[0].Mounts[0].Target, below))
	}
	if s.Mount.Type == "volume" {
		return e.VolumeExists(ctx, s.Mount.Name)
	}
	_, err = os.Lstat(path.Join(s.Mount.Source, below))
	return err == nil || os.IsPermission(err), nil
}
