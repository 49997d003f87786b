package compose

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/report"
)

// CreateAll creates the containers of the user's own stack as docker compose up --no-start would: it pulls or builds
// missing images (builds all of them with build), recreates changed services, and keeps volumes. out receives
// Compose's output.
func (u UserStack) CreateAll(ctx context.Context, build bool, out func(line string)) error {
	kept := &tail{next: out}
	loud, err := u.client.withOutput(kept)
	if err != nil {
		return err
	}
	options := &api.BuildOptions{Progress: "plain", Services: u.model.ServiceNames()}
	if build {
		if err := loud.Build(ctx, u.model, *options); err != nil {
			kept.flush()
			return report.Fail(report.KindWork, hintOf(err, "reproduce it with: docker compose build"), "build the images: %w",
				err).WithOutput(kept.lines)
		}
	}
	err = loud.Create(ctx, u.model, api.CreateOptions{
		Build: options, Services: u.model.ServiceNames(), IgnoreOrphans: true, Inherit: true, QuietPull: true,
		Recreate: api.RecreateDiverged, RecreateDependencies: api.RecreateDiverged,
	})
	kept.flush()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return report.Fail(report.KindWork, hintOf(err, "reproduce it with: docker compose up"),
		"create the containers of %s: %w", u.model.Name,
		err).WithOutput(kept.lines)
}

// hintOf returns what to do when Compose fails on the user's own stack, which may build images.
func hintOf(err error, otherwise string) string {
	if classicLacks.MatchString(err.Error()) {
		return InstallBuildx
	}
	if strings.Contains(err.Error(), "cannot start a paused container") {
		return "to continue what is paused: docker compose unpause"
	}
	return otherwise
}

// Start starts one service of the user's own stack as Compose does, with its secrets, configs and hooks, without
// waiting for its dependencies.
func (u UserStack) Start(ctx context.Context, service string) error {
	alone := *u.model
	s := u.model.Services[service]
	s.DependsOn = nil
	alone.Services = types.Services{service: s}
	err := u.client.service.Start(ctx, u.model.Name, api.StartOptions{Project: &alone})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return report.Fail(report.KindWork, "", "start %s: %w", service, err)
}

// Wait waits until a started container of the user's own stack is ready: by its healthcheck, else once it answers on
// the first TCP port that it publishes. A service whose completion another one waits for is ready when it has exited
// with success; one with neither healthcheck nor port when it runs or has exited with success. All containers of a
// scaled service must be ready. A sign that ready names counts instead of these. Use readiness.Stay to check that they stay
// ready.
func (u UserStack) Wait(ctx context.Context, service, id string, ready readiness.Wanted) (readiness.Shown, error) {
	container, err := u.client.engine.Inspect(ctx, id)
	if err != nil {
		return readiness.Shown{}, err
	}
	if ready.Log == "" && ready.URL == "" && ready.Port == 0 {
		ready = readyInStack(u.model, service, container, ready.Timeout)
	}
	first, err := readiness.Wait(ctx, u.client.engine, id, ready)
	if err != nil {
		return readiness.Shown{}, err
	}
	first.Others, err = u.waitOthers(ctx, service, id, ready)
	return first, err
}

// waitOthers waits for the other containers of a scaled service.
func (u UserStack) waitOthers(ctx context.Context, service, id string, ready readiness.Wanted) (others []readiness.Shown, err error) {
	all, err := u.client.engine.Containers(ctx, api.ProjectLabel+"="+u.model.Name, api.ServiceLabel+"="+service, api.OneoffLabel+"=False")
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		if other.ID == id {
			continue
		}
		shown, err := readiness.Wait(ctx, u.client.engine, other.ID, ready)
		if err != nil {
			return nil, report.Fail(report.KindWork, "", "container %s: %w", other.Name, err).WithOutput(report.OutputOf(err))
		}
		others = append(others, shown)
	}
	return others, nil
}

// readyInStack returns how a service of the user's own stack shows that it is ready.
func readyInStack(p *types.Project, service string, container engine.Container, timeout time.Duration) readiness.Wanted {
	ready, ports := readiness.Wanted{Timeout: timeout}, p.Services[service].Ports
	at := slices.IndexFunc(ports, func(port types.ServicePortConfig) bool { return port.Protocol == "" || port.Protocol == "tcp" })
	switch {
	case ends(p, service):
		ready.Ends = true
	case container.Health != nil:
	case at >= 0:
		ready.Port = int(ports[at].Target)
	default:
		ready.Runs = true
	}
	return ready
}

// ends reports whether a service is meant to exit: another one waits for its completion.
func ends(p *types.Project, service string) bool {
	for _, other := range p.Services {
		if other.DependsOn[service].Condition == types.ServiceConditionCompletedSuccessfully {
			return true
		}
	}
	return false
}

// Down removes the containers and networks of the user's own stack, and on request its volumes, as docker compose
// down does.
func (u UserStack) Down(ctx context.Context, volumes, orphans bool) error {
	uncut, err := engine.Uninterrupted(ctx)
	if err != nil {
		return err
	}
	if err := u.client.service.Down(uncut, u.model.Name, api.DownOptions{
		Project: u.model, Volumes: volumes,
		RemoveOrphans: orphans,
	}); err != nil {
		return report.Fail(report.KindWork, "reproduce it with: docker compose down", "bring %s down: %w", u.model.Name, err)
	}
	return nil
}

// LogLine receives one line of a service's log.
type LogLine func(service, line string)

// LogOptions select what of the logs of a stack to pass on.
type LogOptions struct {
	// Services are those to read; none means all.
	Services []string
	// Follow waits for new lines.
	Follow bool
	// Tail is the number of last lines of each service, "all" for everything.
	Tail string
	// Since is a time or a duration; older lines are left out. Empty means none.
	Since string
}

// Logs passes on the logs of services as docker compose logs does.
func (u UserStack) Logs(ctx context.Context, o LogOptions, to LogLine) error {
	err := u.client.service.Logs(ctx, u.model.Name, consumer(to), api.LogOptions{
		Project: u.model, Services: o.Services, Follow: o.Follow, Tail: o.Tail, Since: o.Since,
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(err.Error(), `invalid value for "since"`):
		return report.Fail(report.KindUsage, "a time such as 2026-01-02T13:23:37Z, or how long ago, such as 42m",
			"--since %s: it is neither a time nor a duration", o.Since)
	}
	return report.Fail(report.KindWork, "reproduce it with: docker compose logs", "read the logs of %s: %w", u.model.Name, err)
}

// consumer receives Compose's log lines.
type consumer LogLine

func (c consumer) Log(container, line string) { c(container, line) }

func (c consumer) Err(container, line string) { c(container, line) }

func (c consumer) Status(string, string) {}
