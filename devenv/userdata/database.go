// Package userdata is the database of the user's own stack: the stack as it runs in this worktree, the server and where its data
// lies, snapshots of that data, and its exchange for other data. An exchange is journaled, so that whatever ends it early leaves
// the data as before or complete; what it replaced is kept for undo.
//
// It is handed a session and what it puts in place: it knows nothing of how the base's or a branch's data is made.
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

// stopTimeout is what the user's own database gets to come up again, and to stop.
const stopTimeout = 2 * time.Minute

// Database is the database of the user's own stack: its server, and where its data lies.
type Database struct {
	session   *session.Session
	workspace *project.Workspace
	stack     *Stack
	// settings are the database's, by the user's own Compose project.
	settings database.Settings
	server   engine.Container
	store    database.Store
	// wasRunning says that it ran when the command came; seen is how the data looked then.
	wasRunning bool
	seen       database.ServerFiles
}

// Open opens the session's workspace, and finds the database in it; no migration tool is needed.
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

// Find finds a service's container, or makes it where there is none yet, and where its data lies. Data that may be anybody's, or
// that somebody else uses, is refused. The session's workspace is open.
func Find(ctx context.Context, s *session.Session, service string, log *step.Log) (*Database, error) {
	stack, err := Load(ctx, s.Workspace, s.Choice, nil)
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
	d.wasRunning = d.server.State == "running"
	if d.store, err = database.StoreOf(service, d.server); err != nil {
		return nil, err
	}
	log.Done(fmt.Sprintf("database %s, its data in %s", service, d.store))
	return d, errors.Join(d.checkPlace(), d.checkAlone(ctx))
}

// findServer finds the database's container, or makes it.
func (d *Database) findServer(ctx context.Context, log *step.Log) (engine.Container, error) {
	if err := d.stack.ReadContainers(ctx); err != nil {
		return engine.Container{}, err
	}
	if found := d.stack.Containers[d.settings.Service]; found.ID != "" {
		return d.workspace.Engine.Inspect(ctx, found.ID)
	}
	return d.workspace.Client.UserStack(d.stack.Model).Create(ctx, d.settings.Service, log.Line)
}

// checkPlace refuses data that lies in a directory of the host outside the project: it may be anybody's.
func (d *Database) checkPlace() error {
	if d.store.Mount.Type != "bind" {
		return nil
	}
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindUsage, hint, "find the data of %s: %w", d.store.Service, fmt.Errorf(format, args...))
	}
	if !d.workspace.Engine.Info().Local {
		return fail("use a named volume, or this machine's engine: docker context use default",
			"%s is a directory of another machine, which the engine at %s runs on", d.store.OnHost(), d.workspace.Engine.Endpoint().Host)
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
	return fail("move it into the project, or use a named volume", "%s, which is %s, lies outside the project %s",
		d.store.OnHost(), real, d.workspace.Repo.Root())
}

// resolved follows the symbolic links of a path, the last part of which may not be there yet.
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
