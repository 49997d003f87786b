package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"devenv/compose"
	"devenv/compose/readiness"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// UpOptions are the options of up.
type UpOptions struct {
	session.Options
	// Services are those to start, along with their dependencies; none means all.
	Services []string
	// Build rebuilds the images.
	Build bool
	// Timeout is how long each service may take to become ready; 0 is what the configuration says, or else
	// DefaultReadyTimeout.
	Timeout time.Duration
	// DryRun only lists what would be started.
	DryRun bool
}

// DefaultReadyTimeout is how long a service of the user's own stack may take to become ready.
const DefaultReadyTimeout = 2 * time.Minute

// UpItem is one service that was started or is running already.
type UpItem struct {
	Service string `json:"service"`
	Project string `json:"project"`
	// Ready is how it showed that it is ready: "healthcheck", "listens on port 8080", "ended well", "running".
	Ready string `json:"ready,omitempty"`
	// URLs are where its published ports answer: http://…, or host:port if it does not speak HTTP.
	URLs []string `json:"urls,omitempty"`
	// Moved are its ports that differ in this worktree.
	Moved  []compose.MovedPort `json:"moved,omitempty"`
	DryRun bool                `json:"dry_run,omitempty"`
}

// starting is a stack that is being started.
type starting struct {
	*session.Session
	*userdata.Stack
	request UpOptions
	// unknownRevision is the database's revision if this branch does not have it; then what uses the database does not
	// start.
	unknownRevision string
	// database is the database's service, empty if none is found or started.
	database string
	// backend is the backend's service with its configured sign, as far as known.
	backend userdata.Backend
	// ready has a channel for each service, closed when it is ready.
	ready map[string]chan struct{}
	// mu guards how, which holds how each service showed that it is ready.
	mu  sync.Mutex
	how map[string]string
}

// Up starts the user's own stack as docker compose up would, and waits until each service is really ready. If this
// branch does not have the database's revision, what uses the database does not start, and unknownRevision is that
// revision.
func Up(ctx context.Context, s *session.Session, o UpOptions) (items []UpItem, unknownRevision string, err error) {
	u := &starting{Session: s, request: o, ready: map[string]chan struct{}{}, how: map[string]string{}}
	err = u.Sequence(ctx,
		step.New("check", u.open),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if o.DryRun {
				items = u.list(ctx)
				return nil
			}
			err := u.Sequence(ctx,
				step.New("create", u.create),
				step.Step{Do: u.startAll},
			)
			if err == nil {
				items = u.list(ctx)
			}
			return err
		}},
	)
	return items, u.unknownRevision, err
}

// open loads the stack as it runs in this worktree, and fails if others hold its ports.
func (u *starting) open(ctx context.Context, log *step.Log) (err error) {
	if err := u.Open(ctx, userdata.Recover); err != nil {
		return err
	}
	if err := checkServices(u.Session, u.Workspace.Model, u.request.Services); err != nil {
		return err
	}
	if u.Stack, err = userdata.Load(ctx, u.Workspace, u.request.Services); err != nil {
		return err
	}
	for _, m := range u.Moved {
		u.Note(fmt.Sprintf("%s: port %d is busy, so it is %d in this worktree", m.Service, m.From, m.To))
	}
	if info := u.Workspace.Engine.Info(); info.Local && !info.Loopback {
		if note := outsideNote(u.Model, u.Workspace.Repo.Root()); note != "" {
			u.Note(note)
		}
	}
	// A stack may have no database, or one that is not started.
	if service, err := u.FindDatabase(ctx); err == nil && u.Model.Services[service].Name != "" {
		u.database = service
	}
	u.backend = u.FindBackend(ctx)
	services := report.Count(len(u.Model.Services), "service")
	if len(u.request.Services) > 0 {
		services = "only " + strings.Join(u.Model.ServiceNames(), ", ")
	}
	log.Done(fmt.Sprintf("project %s, %s", u.Model.Name, services))
	noteUnmigrated(ctx, u.Session)
	return u.CheckPorts(ctx)
}

// create creates the images and the containers.
func (u *starting) create(ctx context.Context, log *step.Log) error {
	if err := u.Workspace.Client.UserStack(u.Model).CreateAll(ctx, u.request.Build, log.Line); err != nil {
		return err
	}
	return u.ReadContainers(ctx)
}

// startAll starts each service once its dependencies are ready. It compares the database's revision with the branch
// before anything that uses the database starts.
func (u *starting) startAll(ctx context.Context, _ *step.Log) error {
	for name := range u.Model.Services {
		u.ready[name] = make(chan struct{})
	}
	var services []step.Step
	for _, name := range u.Model.ServiceNames() {
		if u.Containers[name].ID == "" {
			close(u.ready[name]) // scaled to zero
			continue
		}
		services = append(services, u.InOrder(
			step.Step{Do: func(ctx context.Context, _ *step.Log) error { return u.awaitDependencies(ctx, name) }},
			step.New("start "+name, func(ctx context.Context, log *step.Log) error { return u.start(ctx, log, name) }),
		))
	}
	return u.Run(ctx, u.Together(services...))
}

// awaitDependencies waits for a service's dependencies, and for the database if the service uses it.
func (u *starting) awaitDependencies(ctx context.Context, name string) error {
	wait := u.Model.Services[name].GetDependencies()
	if u.database != "" && name != u.database && !u.DependsOn(u.database, name) {
		if settings, err := database.SettingsOf(u.Model, u.database); err == nil && u.Uses(name, settings) {
			wait = append(wait, u.database)
		}
	}
	for _, dependency := range wait {
		ready, ok := u.ready[dependency]
		if !ok {
			continue // optional, and not running
		}
		if err := step.Wait(ctx, ready); err != nil {
			return err
		}
	}
	return nil
}

// start starts one service and waits until it is ready.
func (u *starting) start(ctx context.Context, log *step.Log, name string) error {
	client, id := u.Workspace.Client, u.Containers[name].ID
	stack := client.UserStack(u.Model)
	began := time.Now()
	if err := stack.Start(ctx, name); err != nil {
		return u.portTaken(ctx, name, err)
	}
	container, err := client.Engine().Inspect(ctx, id)
	if err != nil {
		return err
	}
	shown, err := stack.Wait(ctx, name, id, u.readyOf(name, container))
	if err != nil {
		return u.notReady(ctx, name, err)
	}
	if name == u.database {
		u.noteUnkept(ctx, name)
		if said := staleCollation(ctx, u.Workspace.Engine, u.Stack, name); said != "" {
			u.Note(said)
		}
		if err := errors.Join(database.CheckRunning(ctx, u.Workspace.Engine, name, id), u.checkRevision(ctx, name)); err != nil {
			return err
		}
	}
	took := time.Since(began).Round(100 * time.Millisecond)
	close(u.ready[name]) // dependent services start while this one is watched
	if shown, err = readiness.Stay(ctx, shown, readiness.Steady); err != nil {
		return u.notReady(ctx, name, err)
	}
	u.mu.Lock()
	u.how[name] = shown.How
	u.mu.Unlock()
	log.Done(fmt.Sprintf("%s after %s", shown.How, took))
	return nil
}

// portTaken returns who took a port since the check.
func (u *starting) portTaken(ctx context.Context, name string, err error) error {
	if !strings.Contains(err.Error(), "allocated") && !strings.Contains(err.Error(), "in use") {
		return err
	}
	return errors.Join(u.CheckPorts(ctx), err)
}

// checkRevision refuses to start a backend on a database whose revision this branch does not have, because it would
// crash.
func (u *starting) checkRevision(ctx context.Context, name string) error {
	at, err := u.Position(ctx, name)
	if err != nil || len(at.Unknown) == 0 {
		return err
	}
	if len(u.Model.Services) == 1 { // nothing that uses it is to start
		u.Note(fmt.Sprintf("the database of %s is at revision %s, which is not on this branch: devenv reset", name, at.Unknown[0]))
		return nil
	}
	u.unknownRevision = at.Unknown[0]
	return report.Fail(report.KindWork, "to give the database the base's data at this branch's head, keeping what it holds now: devenv "+
		"reset\nor check out the branch that has the revision",
		"start what uses %s: its database is at revision %s, which is not on this branch", name, u.unknownRevision)
}

// list returns what runs, and where.
func (u *starting) list(ctx context.Context) []UpItem {
	var items []UpItem
	for _, name := range u.Model.ServiceNames() {
		item := UpItem{Service: name, Project: u.Model.Name, Ready: u.how[name], DryRun: u.request.DryRun}
		for _, m := range u.Moved {
			if m.Service == name {
				item.Moved = append(item.Moved, m)
			}
		}
		if c, err := u.Workspace.Engine.Inspect(ctx, u.Containers[name].ID); err == nil && !u.request.DryRun {
			item.URLs = urlsOf(ctx, c)
		}
		items = append(items, item)
	}
	return items
}
