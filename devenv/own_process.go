package devenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"devenv/devenv/database"
)

// serverOutside is the process of a server on the data that no container of this engine has: on this machine itself, or in a
// container of another engine. lock is what the lock file holds, which every server keeps while it runs. 0 when there is none that
// can be seen.
func (o *own) serverOutside(lock string) int {
	if lock == "" || !o.place.engine.Info().Local {
		return 0
	}
	// On this machine it sees the data directory by the host's path, and its number is this machine's.
	process, directory := database.Still{Lock: lock}.Holder()
	if directory != o.store.Directory && isServer(process) {
		return process
	}
	if o.wasRunning && lock == o.seen.Lock {
		return 0 // the stack's own
	}
	return serverIn(o.store.OnHost())
}

// isServer says whether a process is there and may be a Postgres server.
func isServer(process int) bool {
	if err := syscall.Kill(process, 0); process <= 1 || err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", process))
	return err != nil || strings.TrimSpace(string(name)) == "postgres" // not every system tells
}

// serverIn finds a Postgres server that works in a directory, whatever path it has there; 0 where none is to be seen. Of another
// user's processes only root sees that.
func serverIn(dir string) int {
	here, err := os.Stat(dir)
	if err != nil {
		return 0
	}
	names, _ := filepath.Glob("/proc/[0-9]*/comm") // the pattern is right
	for _, name := range names {
		process, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if command, err := os.ReadFile(name); err != nil || strings.TrimSpace(string(command)) != "postgres" {
			continue
		}
		if there, err := os.Stat(filepath.Join(filepath.Dir(name), "cwd")); err == nil && os.SameFile(here, there) {
			return process
		}
	}
	return 0
}
