package scratch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/readiness"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// ReadyTimeout is how long a service may take to become ready unless the configuration says otherwise.
const ReadyTimeout = 120 * time.Second

// Idle is how long a service may do nothing before it is ready unless the configuration says how long it may take.
const Idle = time.Minute

// staysUp is how long a service without healthcheck and port must run to count as started, such as a bot.
const staysUp = 30 * time.Second

// Services are services of a checkout as scratch containers in a network of their own.
type Services struct {
	Checkout   *Checkout
	Network    string
	Model      *types.Project    // as isolated
	Containers map[string]string // id by service
	// Beside are containers that may be at work for these, such as a clone of the base's database.
	Beside []string
}

// Create isolates services of a checkout, ensures that their images and source volumes exist, and creates the
// containers. shape may change the isolated model before anything is created from it.
func Create(ctx context.Context, s *Checkout, name string, services []string, shape func(*types.Project) error) (*Services, error) {
	w, network := s.Workspace, s.Workspace.Name(name)
	iso, err := s.Plan(name, services, shape)
	if err != nil {
		return nil, err
	}
	s.NoteDropped(iso, false)
	if err := w.Network(ctx, network); err != nil {
		return nil, err
	}
	containers, err := s.createFilled(ctx, iso)
	if err != nil {
		return nil, err
	}
	return &Services{Checkout: s, Network: network, Model: iso.Project, Containers: containers}, nil
}

// Plan returns what Create would create.
func (s *Checkout) Plan(name string, services []string, shape func(*types.Project) error) (compose.Isolated, error) {
	iso, err := s.Isolate(name, s.Workspace.Name(name), services...)
	if err == nil && shape != nil {
		err = shape(iso.Project)
	}
	return iso, err
}

// Start starts a service, waits until it is ready, and watches for a moment whether it stays so. A service that exits
// before that is restarted according to its restart policy, since many stacks rely on it: a watcher that exits when a
// file appears, a server that does not wait for another.
func (t *Services) Start(ctx context.Context, service string, ready readiness.Wanted) (readiness.Shown, error) {
	return t.start(ctx, service, ready, steady)
}

// steady returns how long Start watches a service, given how long it took to become ready. It is short, since every
// run waits for it; on a slow machine, failures also come later.
func steady(took time.Duration) time.Duration {
	return min(max(took/2, 500*time.Millisecond), readiness.Steady)
}

// unwatched is for services that another service will use soon, and that will notice if they have exited.
func unwatched(time.Duration) time.Duration { return 0 }

// start starts a service, and watches it for a while once it is ready.
func (t *Services) start(ctx context.Context, service string, ready readiness.Wanted,
	watch func(took time.Duration) time.Duration,
) (readiness.Shown, error) {
	id, ok := t.Containers[service]
	if !ok {
		return readiness.Shown{}, fmt.Errorf("start %s: it has no container", service)
	}
	model := t.Checkout.Model.Services[service]
	ready.Timeout = cmp.Or(ready.Timeout, ReadyTimeout)
	ready.Beside = slices.DeleteFunc(slices.Concat(t.Beside, slices.Collect(maps.Values(t.Containers))), func(other string) bool {
		return other == id
	})
	ready.Declared, ready.StaysUp, ready.Patient = compose.DeclaredPorts(model), staysUp, true
	var err error
	if ready.Check, err = t.Checkout.Workspace.Client.Healthcheck(ctx, model, id); err != nil {
		return readiness.Shown{}, err
	}
	ready.Unhealthy = func(probe, log string) {
		if running := step.Running(ctx); running != nil { // a note would still say so once it is ready
			running.Waiting(stillUnhealthy(service, probe, log))
		}
	}
	for again := 0; ; again++ {
		shown, err := t.startOnce(ctx, id, ready, watch)
		var ended readiness.Ended
		if err == nil {
			return shown, nil
		}
		if again == readiness.MaxRestarts || !errors.As(err, &ended) || !compose.Restarts(model, ended.Code) {
			return shown, startFailure(service, again, err)
		}
		details, err := t.Checkout.Workspace.Engine.Details(ctx)
		if err != nil {
			return shown, err
		}
		ready.Since = details.Clock
	}
}

// stillUnhealthy is the remark about a service whose healthcheck fails while a run waits for it.
func stillUnhealthy(service, probe, log string) string {
	text := "Still waiting for the service " + service + ", whose healthcheck fails"
	if probe != "" {
		text += ": " + probe
	}
	if log != "" {
		text += "; the last line of its log: " + log
	}
	return text
}

// startOnce starts a service, which gets the full time to become ready.
func (t *Services) startOnce(ctx context.Context, id string, ready readiness.Wanted,
	watch func(took time.Duration) time.Duration,
) (readiness.Shown, error) {
	client := t.Checkout.Workspace.Client
	if err := client.Engine().Start(ctx, id); err != nil {
		return readiness.Shown{}, err
	}
	shown, err := readiness.Wait(ctx, client.Engine(), id, ready)
	if err != nil {
		return shown, err
	}
	return readiness.Stay(ctx, shown, watch(shown.Took))
}

// Settle waits while a ready service runs its background jobs. A service that exits with success meanwhile has
// finished them.
func (t *Services) Settle(ctx context.Context, service string, shown readiness.Shown, jobs time.Duration) error {
	_, err := readiness.Stay(ctx, shown, jobs)
	var ended readiness.Ended
	if err == nil || errors.As(err, &ended) && ended.Code == 0 {
		return nil
	}
	return report.Fail(report.KindWork, "try it directly: docker compose up "+service, "let %s run for its background jobs: %w", service,
		err).WithOutput(report.OutputOf(err))
}

// startFailure returns the failure of a service that does not start, with what to do next.
func startFailure(service string, restarts int, err error) error {
	if ended := (readiness.Ended{}); errors.As(err, &ended) {
		hint := "try it directly: docker compose up " + service
		if restarts > 0 {
			return report.Fail(report.KindWork, hint, "start %s, whose restart policy had it restarted %s: %w", service,
				report.Count(restarts, "time"), err)
		}
		return report.Fail(report.KindWork, hint, "start %s: %w", service, err)
	}
	f := report.Fail(report.KindWork, readiness.Unexecutable(err), "start %s: %w", service, err)
	f.Known = f.Hint != ""
	return f
}

// StartAll starts services one after the other, in the order of their dependencies, without watching them.
func (t *Services) StartAll(ctx context.Context, services []string) error {
	for _, service := range InOrder(t.Checkout.Model, services) {
		if _, err := t.start(ctx, service, ReadyOf(config.Ready{}), unwatched); err != nil {
			return neededFailure(service, err)
		}
	}
	return nil
}

// neededFailure gives the failure of a service beside the backend that is not ready its own hint: the configuration says
// only of the backend how it shows that it is.
func neededFailure(service string, err error) error {
	if !errors.As(err, new(readiness.Late)) {
		return err
	}
	return report.Fail(report.KindOf(err), "try it directly: docker compose up "+service+"\nif the backend starts without it, list the "+
		"services that it needs in .devenv.yaml, [] for none:\n    backend: {needs: […]}", "%w", err).WithOutput(report.OutputOf(err))
}

// RunToEnd starts a one-shot service and waits until it has exited with success.
func (t *Services) RunToEnd(ctx context.Context, service string) error {
	id, e := t.Containers[service], t.Checkout.Workspace.Engine
	if err := e.Start(ctx, id); err != nil {
		return report.Fail(report.KindWork, "", "start %s: %w", service, err)
	}
	code, err := e.Wait(ctx, id)
	if err != nil {
		return err
	}
	if code == 0 {
		return nil
	}
	if fate, unseen := e.Fate(ctx, id); unseen == nil && fate.Outside {
		return report.FailMachine(fate.Remedy(), "run %s: its throwaway container %s", service, fate.Said)
	}
	tail, _ := e.Tail(ctx, id, TailLines)
	last := ""
	if said := strings.TrimSpace(strings.Join(tail, "\n")); said != "" {
		last = ": " + said[strings.LastIndexByte(said, '\n')+1:]
	}
	return report.Fail(report.KindWork, "", "run %s: it exited with status %d%s", service, code,
		strings.TrimRight(last, " \r")).WithOutput(tail)
}

// TailLines is how many lines of a container's log a failure shows.
const TailLines = 20

// InOrder sorts services of a model so that each comes after its dependencies.
func InOrder(model *types.Project, services []string) []string {
	var ordered []string
	var visit func(string)
	visit = func(name string) {
		if slices.Contains(ordered, name) {
			return
		}
		for _, dependency := range model.Services[name].GetDependencies() {
			if slices.Contains(services, dependency) && dependency != name {
				visit(dependency)
			}
		}
		if !slices.Contains(ordered, name) {
			ordered = append(ordered, name)
		}
	}
	for _, name := range services {
		visit(name)
	}
	return ordered
}

// Names returns the names by which a stack's services reach the database, for a server in the stack's network.
func (t *Services) Names(s database.Settings) database.NetworkAlias {
	return database.NetworkAlias{Name: t.Network, Aliases: s.Hosts}
}

// Stop stops the containers of services immediately; nobody needs what they hold.
func (t *Services) Stop(ctx context.Context, services ...string) error {
	for _, service := range services {
		if id, ok := t.Containers[service]; ok {
			if err := t.Checkout.Workspace.Engine.Stop(ctx, id, stopTimeout); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopTimeout is how long a backend gets to write its data.
const stopTimeout = 5 * time.Second

// ReadyOf returns how a service shows that it has started, according to the configuration.
func ReadyOf(c config.Ready) readiness.Wanted {
	ready := readiness.Wanted{Log: c.Log, Port: c.Port, URL: c.URL, Timeout: c.Timeout}
	if c.Timeout == 0 {
		ready.Idle = Idle
	}
	return ready
}
