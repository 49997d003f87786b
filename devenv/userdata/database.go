// Package userdata manages the database of the user's own stack: the stack as it runs in this worktree, the server and
// where its data is, snapshots of that data, and replacing it with other data. Such an exchange is journaled: if it is
// interrupted at any point, the data is either as before or complete. The old data is kept for undo.
//
// It receives a session and the new data; it does not know how the data of a base or a branch is made.
package userdata

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/inside"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// stopTimeout is how long the user's own database may take to start or stop.
const stopTimeout = 2 * time.Minute

// Database is the database of the user's own stack: its server, and where its data is.
type Database struct {
	session   *session.Session
	workspace *project.Workspace
	stack     *Stack
	// settings are the database's, from the user's own Compose project.
	settings database.Settings
	server   engine.Container
	store    database.Store
	// wasRunning is set if it was running when the command started; seen is the state of the data then.
	wasRunning bool
	seen       database.ServerFiles
}

// Open opens the session's workspace and finds the database in it; no migration tool is needed.
func Open(ctx context.Context, s *session.Session, log *step.Log) (*Database, error) {
	if err := s.Open(ctx, Recover); err != nil {
		return nil, err
	}
	service, err := findDatabase(ctx, s.Workspace)
	if err != nil {
		return nil, err
	}
	return Find(ctx, s, service, log)
}

// Find finds a service's container, or creates it if there is none, and finds where its data is. It refuses data that
// may belong to anybody, or that somebody else uses. The session's workspace must be open.
func Find(ctx context.Context, s *session.Session, service string, log *step.Log) (*Database, error) {
	stack, err := Load(ctx, s.Workspace, nil)
	if err != nil {
		return nil, err
	}
	d := &Database{session: s, workspace: s.Workspace, stack: stack}
	if d.settings, err = database.SettingsOf(stack.Model, service); err != nil {
		return nil, err
	}
	if d.server, err = d.findServer(ctx, log); err != nil {
		return nil, err
	}
	if d.server.State == "paused" { // it could only be killed, and its data would be as after a crash
		return nil, report.Fail(report.KindWork, "docker compose unpause "+service, "use the data of %s: its container %s is paused; nothing was changed",
			service, d.server.Name)
	}
	d.wasRunning = d.server.State == "running"
	if d.store, err = database.StoreOf(service, d.server); err != nil {
		return nil, err
	}
	log.Done(fmt.Sprintf("database %s, its data in %s", service, d.store))
	return d, errors.Join(d.checkLocation(), d.checkAlone(ctx))
}

// findServer finds the database's container, or creates it.
func (d *Database) findServer(ctx context.Context, log *step.Log) (engine.Container, error) {
	if err := d.stack.ReadContainers(ctx); err != nil {
		return engine.Container{}, err
	}
	if found := d.stack.Containers[d.settings.Service]; found.ID != "" {
		return d.workspace.Engine.Inspect(ctx, found.ID)
	}
	return d.workspace.Client.UserStack(d.stack.Model).Create(ctx, d.settings.Service, log.Line)
}

// checkLocation refuses data in a directory of the host outside the project: it may belong to anybody.
func (d *Database) checkLocation() error {
	if d.store.Mount.Type != "bind" {
		return nil
	}
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindUsage, hint, "find the data of %s: %w", d.store.Service, fmt.Errorf(format, args...))
	}
	if !d.workspace.Engine.Info().Local {
		return fail("use a named volume, or this machine's engine: docker context use default",
			"%s is a directory of another machine, the one with the engine at %s", d.store.OnHost(), d.workspace.Engine.Endpoint().Host)
	}
	real, err := resolved(d.store.Mount.Source)
	if err != nil {
		return fail("", "%w", err)
	}
	for _, around := range []string{d.workspace.Repo.Root(), d.workspace.Model.WorkingDir} {
		if around, err = filepath.EvalSymlinks(around); err != nil {
			continue
		}
		if rel, ok := inside.Rel(around, real); ok && rel != "." {
			return nil
		}
	}
	return fail("move it into the project, or use a named volume", "%s, which is %s, is outside the project %s",
		d.store.OnHost(), real, d.workspace.Repo.Root())
}

// resolved follows the symbolic links in a path; the last part need not exist yet.
func resolved(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if _, statErr := os.Lstat(path); !errors.Is(statErr, fs.ErrNotExist) {
		return real, err
	}
	parent, err := resolved(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// repositoryID returns an id that is the same for all worktrees of a repository on this machine.
func repositoryID(repo *gitrepo.Repo) string {
	dir := repo.CommonDir()
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return inputs.Hash(dir)[:12]
}
