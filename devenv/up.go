package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/compose"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// UpOptions are the options of up.
type UpOptions struct {
	Options
	// Services are those to start, with what they depend on; none means all.
	Services []string
	// Build builds the images anew.
	Build bool
	// Timeout is what each service gets to become ready; 0 is DefaultReadyTimeout.
	Timeout time.Duration
	// DryRun only says what would be started.
	DryRun bool
}

// DefaultReadyTimeout is what a service of the user's own stack gets to become ready.
const DefaultReadyTimeout = 2 * time.Minute

// UpItem is one service that was started, or is there.
type UpItem struct {
	Service string `json:"service"`
	Project string `json:"project"`
	// Ready says how it showed that it is ready: "healthcheck", "listens on port 8080", "ended well", "running".
	Ready string `json:"ready,omitempty"`
	// URLs are where its published ports answer: http://…, or host:port for what speaks no HTTP.
	URLs []string `json:"urls,omitempty"`
	// Moved are its ports that lie elsewhere in this worktree.
	Moved  []compose.MovedPort `json:"moved,omitempty"`
	DryRun bool                `json:"dry_run,omitempty"`
}

// upRun is one run of up.
type upRun struct {
	*session.Session
	*userdata.Stack
	request UpOptions
	items   *report.Items
	// foreign is the database's revision that this branch does not have, which kept what uses it from starting.
	foreign string
	// database is the database's service, empty when none is found or started; ids are the known revisions, nil for unknown.
	database string
	ready    map[string]chan struct{}
	// mu guards how, which says of each service how it showed that it is ready.
	mu  sync.Mutex
	how map[string]string
}

// Up starts the user's own stack as docker compose up would, and waits until each service is really ready. Where the database is
// at a revision that this branch does not have, it asks whether to reset it, which the failure says where nobody is there to ask.
func Up(ctx context.Context, o UpOptions) (*report.Items, error) {
	if o.Timeout == 0 {
		o.Timeout = DefaultReadyTimeout
	}
	items, foreign, err := upOnce(ctx, o)
	if foreign == "" || o.Ask == nil {
		return items, err
	}
	yes, askErr := o.Ask.Confirm(ctx, "The database is at revision "+foreign+", which is not on this branch. Reset it to this branch? What is there is kept.")
	if askErr != nil || !yes {
		return items, errors.Join(askErr, err)
	}
	if _, err := Reset(ctx, ResetOptions{Options: o.Options, To: ResetToBranch, Yes: true}); err != nil {
		return items, err
	}
	items, _, err = upOnce(ctx, o)
	return items, err
}

// upOnce starts the stack. It tells the revision of the database that this branch does not have, empty where that is not the matter.
func upOnce(ctx context.Context, o UpOptions) (_ *report.Items, foreign string, _ error) {
	s := session.New("up", o.Options)
	r := &upRun{Session: s, request: o, items: report.NewItems(s.Command), ready: map[string]chan struct{}{}, how: map[string]string{}}
	items, err := ended(ctx, s, r.items, r.Sequence(ctx,
		step.New("check", r.open),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if o.DryRun {
				r.list(ctx, true)
				return nil
			}
			err := r.Sequence(ctx,
				step.New("create", r.create),
				step.Step{Do: r.startAll},
			)
			if err == nil {
				r.list(ctx, false)
			}
			return err
		}},
	))
	return items, r.foreign, err
}

// open loads the stack as it runs in this worktree, and refuses ports that others hold.
func (r *upRun) open(ctx context.Context, log *step.Log) (err error) {
	if err := r.Open(ctx, userdata.Recover); err != nil {
		return err
	}
	if r.Stack, err = userdata.Load(ctx, r.Workspace, r.Choice, r.request.Services); err != nil {
		return err
	}
	for _, m := range r.Moved {
		r.Note(fmt.Sprintf("%s: port %d is busy, so it is %d in this worktree", m.Service, m.From, m.To))
	}
	// A stack may have no database, or one that is not started.
	if service, err := r.FindDatabase(ctx); err == nil && r.Model.Services[service].Name != "" {
		r.database = service
	}
	log.Done(fmt.Sprintf("project %s, %s", r.Model.Name, report.Count(len(r.Model.Services), "service")))
	return r.CheckPorts(ctx)
}

// create makes the images and the containers.
func (r *upRun) create(ctx context.Context, log *step.Log) error {
	if err := r.Workspace.Client.CreateOwnAll(ctx, r.Model, r.request.Build, log.Line); err != nil {
		return err
	}
	return r.ReadContainers(ctx)
}

// startAll starts each service once what it depends on is ready. The database's revision is compared with the branch before
// anything that uses it starts.
func (r *upRun) startAll(ctx context.Context, _ *step.Log) error {
	for name := range r.Model.Services {
		r.ready[name] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range r.Model.ServiceNames() {
		if r.Containers[name].ID == "" {
			close(r.ready[name]) // scaled to none
			continue
		}
		group.Go(func() error {
			if err := r.awaitDependencies(ctx, name); err != nil {
				return err
			}
			return r.Sequence(ctx, step.New("start "+name, func(ctx context.Context, log *step.Log) error { return r.start(ctx, log, name) }))
		})
	}
	return group.Wait()
}

// awaitDependencies waits for what a service depends on, and for the database where the service uses it.
func (r *upRun) awaitDependencies(ctx context.Context, name string) error {
	wait := r.Model.Services[name].GetDependencies()
	if r.database != "" && name != r.database && !r.needs(r.database, name) {
		if settings, err := database.SettingsOf(r.Model, r.database); err == nil && r.Uses(name, settings) {
			wait = append(wait, r.database)
		}
	}
	for _, dependency := range wait {
		ready, ok := r.ready[dependency]
		if !ok {
			continue // optional, and not there
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ready:
		}
	}
	return nil
}

// needs says whether a service depends on another, whatever lies between.
func (r *upRun) needs(name, other string) bool {
	return slices.ContainsFunc(r.Model.Services[name].GetDependencies(), func(d string) bool { return d == other || r.needs(d, other) })
}

// start starts one service and waits until it is ready.
func (r *upRun) start(ctx context.Context, log *step.Log, name string) error {
	client, id := r.Workspace.Client, r.Containers[name].ID
	began := time.Now()
	if err := client.StartOwn(ctx, r.Model, name); err != nil {
		return r.portTaken(ctx, name, err)
	}
	failed := func(err error) error {
		return report.Fail(report.KindWork, "devenv logs "+name, "start %s: %w", name, err).WithOutput(report.OutputOf(err))
	}
	readiness, err := client.WaitOwn(ctx, r.Model, name, id, r.request.Timeout)
	if err != nil {
		return failed(err)
	}
	if name == r.database {
		if err := errors.Join(database.CheckRunning(ctx, r.Workspace.Engine, name, id), r.checkRevision(ctx, name)); err != nil {
			return err
		}
	}
	took := time.Since(began).Round(100 * time.Millisecond)
	close(r.ready[name]) // what depends on it starts while it is watched
	if readiness, err = client.StayReady(ctx, readiness, compose.Steady); err != nil {
		return failed(err)
	}
	r.mu.Lock()
	r.how[name] = readiness.How
	r.mu.Unlock()
	log.Done(fmt.Sprintf("%s after %s", readiness.How, took))
	return nil
}

// portTaken names who took a port since the check.
func (r *upRun) portTaken(ctx context.Context, name string, err error) error {
	if !strings.Contains(err.Error(), "allocated") && !strings.Contains(err.Error(), "in use") {
		return err
	}
	return errors.Join(r.CheckPorts(ctx), err)
}

// checkRevision refuses to start a backend on a database whose revision this branch does not know: it would only crash.
func (r *upRun) checkRevision(ctx context.Context, name string) error {
	at, err := r.Position(ctx, name)
	if err != nil || len(at.Foreign) == 0 {
		return err
	}
	r.foreign = at.Foreign[0]
	return report.Fail(report.KindWork, "give the database this branch's revisions and the base's data, what it holds is kept: devenv reset\nor check out the branch that has it",
		"start what uses %s: its database is at revision %s, which is not on this branch", name, r.foreign)
}

// list says what runs where.
func (r *upRun) list(ctx context.Context, dryRun bool) {
	for _, name := range r.Model.ServiceNames() {
		item := UpItem{Service: name, Project: r.Model.Name, Ready: r.how[name], DryRun: dryRun}
		for _, m := range r.Moved {
			if m.Service == name {
				item.Moved = append(item.Moved, m)
			}
		}
		if c, err := r.Workspace.Engine.Inspect(ctx, r.Containers[name].ID); err == nil && !dryRun {
			item.URLs = urlsOf(ctx, c)
		}
		r.items.Items = append(r.items.Items, item)
	}
}
