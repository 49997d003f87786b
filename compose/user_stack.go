package compose

import (
	"context"
	"errors"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// UserStack is the user's own stack: the containers that docker compose would create from a model.
type UserStack struct {
	client *Client
	model  *types.Project
}

// UserStack returns the user's own stack of a model.
func (c *Client) UserStack(p *types.Project) UserStack { return UserStack{client: c, model: p} }

// Containers returns the containers of the user's own stack by service, running or not, without those of docker
// compose run. For a scaled service it returns the first.
func (u UserStack) Containers(ctx context.Context) (map[string]engine.Container, error) {
	found, err := u.All(ctx)
	own := map[string]engine.Container{}
	for _, container := range found {
		if service := container.Labels[api.ServiceLabel]; own[service].ID == "" {
			own[service] = container
		}
	}
	return own, err
}

// All returns all containers of the project in the order of their numbers, running or not, without those of docker
// compose run; their services may no longer be in the model.
func (u UserStack) All(ctx context.Context) ([]engine.Container, error) {
	found, err := u.client.engine.Containers(ctx, api.ProjectLabel+"="+u.model.Name, api.OneoffLabel+"=False")
	slices.SortFunc(found, func(a, b engine.Container) int {
		return slices.Compare([]rune(a.Labels[api.ContainerNumberLabel]), []rune(b.Labels[api.ContainerNumberLabel]))
	})
	return found, err
}

// Create creates the container of one service of the user's own stack without starting it, with its volumes and
// networks, as docker compose create --no-deps would, and describes it.
func (u UserStack) Create(ctx context.Context, service string, out func(line string)) (engine.Container, error) {
	fail := func(err error) (engine.Container, error) {
		return engine.Container{}, report.Fail(report.KindWork, "try it directly: docker compose create "+service,
			"create the container of %s: %w", service, err)
	}
	alone, err := u.model.WithSelectedServices([]string{service}, types.IgnoreDependencies)
	if err != nil {
		return fail(err)
	}
	kept := &tail{next: out}
	loud, err := u.client.withOutput(kept)
	if err != nil {
		return engine.Container{}, err
	}
	uncut, err := engine.Uninterrupted(ctx)
	if err != nil {
		return engine.Container{}, err
	}
	options := api.CreateOptions{
		Services: []string{service}, IgnoreOrphans: true, Recreate: api.RecreateNever, RecreateDependencies: api.RecreateNever,
		Build: &api.BuildOptions{Progress: "plain", Services: []string{service}}, QuietPull: true,
	}
	err = loud.Create(uncut, alone, options)
	kept.flush()
	if err != nil {
		return fail(err)
	}
	own, err := u.Containers(ctx)
	if err != nil {
		return engine.Container{}, err
	}
	if own[service].ID == "" {
		return fail(errors.New("Compose created none"))
	}
	return u.client.engine.Inspect(ctx, own[service].ID)
}
