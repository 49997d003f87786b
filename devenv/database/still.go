package database

import (
	"context"
	"os"
	"path"
	"strconv"
	"strings"

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

// Holder is the process that the lock file names and the data directory as that process sees it; 0 when there is none.
func (s Still) Holder() (process int, directory string) {
	lines := strings.Split(s.Lock, "\n")
	process, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || len(lines) < 2 {
		return 0, ""
	}
	return process, lines[1]
}

// Keeps says whether the store still keeps what an exchange replaced: asked of a container that has the data, else of the volume
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
