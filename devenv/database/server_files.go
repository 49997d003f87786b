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

// ServerFiles show that no server runs on a data directory, nor has run since they were last read: every server
// writes the control file when it starts and when it stops, and holds the lock file while it runs.
type ServerFiles struct {
	// Control is the SHA-256 of the control file, in hex; empty if there is no data.
	Control string
	// Lock is the content of the lock file (postmaster.pid); empty if there is none. A killed server leaves it
	// behind.
	Lock string
}

// ServerFiles reads the files in the store through a container that mounts it, which need not run.
func (s Store) ServerFiles(ctx context.Context, e *engine.Engine, container string) (ServerFiles, error) {
	control, _, err := e.ReadFile(ctx, container, s.Directory+"/global/pg_control")
	if err != nil {
		return ServerFiles{}, s.failed(err, "look at the data of %s in %s", s.Service)
	}
	lock, _, err := e.ReadFile(ctx, container, s.Directory+"/postmaster.pid")
	return ServerFiles{Control: hashed(string(control)), Lock: string(lock)}, s.failed(err, "look at the data of %s in %s", s.Service)
}

// Holder is who holds the lock.
type Holder struct {
	// Process is the server's process id as the server sees it: in a container of its own, often 1. It is 0 if there
	// is no lock.
	Process int
	// Directory is the data directory as the server sees it.
	Directory string
	// Since is when it started, to the second.
	Since time.Time
	// Devenv means that the holder is an exchange, not a server.
	Devenv bool
}

// Holder parses the lock file.
func (s ServerFiles) Holder() Holder {
	lines := append(strings.Split(s.Lock, "\n"), "", "")
	process, _ := strconv.Atoi(strings.TrimSpace(lines[0])) // an empty line is no number
	since, _ := strconv.ParseInt(strings.TrimSpace(lines[2]), 10, 64)
	return Holder{Process: process, Directory: lines[1], Since: time.Unix(since, 0), Devenv: strings.HasPrefix(s.Lock, "devenv exchange ")}
}

// LastSwap returns the id of the last swap of the store's data, empty if there was none; it reads through a container
// that mounts the data.
func (s Store) LastSwap(ctx context.Context, e *engine.Engine, container string) (string, error) {
	id, _, err := e.ReadFile(ctx, container, path.Join(s.Directory, workDirectory, "done"))
	return strings.TrimSpace(string(id)), err
}

// HasKept reports whether the store still keeps what an exchange replaced. It reads through a container that mounts
// the data, else from the volume or directory itself.
func (s Store) HasKept(ctx context.Context, e *engine.Engine, name string) (bool, error) {
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
