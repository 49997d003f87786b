package compose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Create lets Compose create the containers of an isolated project without starting them, copies the project's single
// files into them, and returns their ids by service. The images must exist: it neither pulls nor builds.
func (c *Client) Create(ctx context.Context, iso Isolated) (map[string]string, error) {
	options := api.CreateOptions{Recreate: api.RecreateNever, IgnoreOrphans: true, QuietPull: true}
	uncut, err := engine.Uninterrupted(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.service.Create(uncut, withLocalImages(iso.Project), options); err != nil {
		return nil, report.Fail(report.KindWork, createHint(err), "create the scratch containers of %s: %w",
			strings.Join(iso.Project.ServiceNames(), ", "), err)
	}
	ids, err := c.containersOf(ctx, iso.Project)
	if err != nil {
		return nil, err
	}
	return ids, c.putFiles(ctx, ids, iso.Files)
}

// withLocalImages returns the project with each image used as it is on the engine.
func withLocalImages(p *types.Project) *types.Project {
	plain := *p
	plain.Services = types.Services{}
	for name, s := range p.Services {
		s.PullPolicy, s.Build = types.PullPolicyNever, nil
		plain.Services[name] = s
	}
	return &plain
}

// createHint returns what to do about containers that cannot be created.
func createHint(err error) string {
	if strings.Contains(strings.ToLower(err.Error()), "no such image") {
		return "get the image: docker pull NAME, or docker compose build"
	}
	return report.HintOf(err)
}

// putFiles copies the single files of each service into its container in one go.
func (c *Client) putFiles(ctx context.Context, ids map[string]string, files []FileMount) error {
	byService := map[string][]FileMount{}
	for _, f := range files {
		byService[f.Service] = append(byService[f.Service], f)
	}
	for service, mounts := range byService {
		var archive bytes.Buffer
		err := writeFiles(&archive, mounts)
		if err == nil {
			err = c.engine.CopyTo(ctx, ids[service], "/", &archive)
		}
		if err != nil {
			return report.Fail(report.KindWork, report.HintOf(err), "copy the single files of service %s: %w", service, err)
		}
	}
	return nil
}

// containersOf finds a project's containers by Compose's labels.
func (c *Client) containersOf(ctx context.Context, p *types.Project) (map[string]string, error) {
	found, err := c.engine.Containers(ctx, api.ProjectLabel+"="+p.Name)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, container := range found {
		ids[container.Labels[api.ServiceLabel]] = container.ID
	}
	for _, name := range p.ServiceNames() {
		if ids[name] == "" {
			return nil, fmt.Errorf("create the scratch container of %s: Compose made none", name)
		}
	}
	return ids, nil
}

// Build builds the images of a project's services; out receives the builder's output line by line. The classic
// builder builds one image after the other, so that each line belongs to a known service.
func (c *Client) Build(ctx context.Context, p *types.Project, services []string, out func(line string)) error {
	if c.buildsTogether() {
		return c.build(ctx, p, services, out)
	}
	for _, service := range services {
		if err := c.build(ctx, p, []string{service}, out); err != nil {
			return err
		}
	}
	return nil
}

// build builds the images of services; the classic builder gets one service at a time.
func (c *Client) build(ctx context.Context, p *types.Project, services []string, out func(line string)) error {
	var step buildStep
	kept := &tail{next: func(line string) { step.hear(line); out(line) }}
	builder, err := c.withOutput(kept)
	if err != nil {
		return err
	}
	err = builder.Build(ctx, p, api.BuildOptions{Progress: "plain", Services: services})
	kept.flush()
	named := c.nameStages(ctx, step, p.Services[services[0]])
	if err == nil {
		return named
	}
	leftover := errors.Join(c.removeFailed(ctx, step), named)
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), leftover)
	}
	err = errors.Join(err, leftover)
	return report.Fail(report.KindWork, buildHint(err.Error(), services), "build %s: %w", strings.Join(services, ", "),
		err).WithOutput(kept.lines)
}

// ShareBuilds gives a service that runs another service's built image (an API builds shop:latest, a worker names
// shop:latest) that service's build. Compose finds such an image by its tag, which devenv leaves to the user.
func ShareBuilds(p *types.Project) {
	builds := map[string]*types.BuildConfig{}
	all := p.AllServices()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if s := all[name]; s.Build != nil && s.Image != "" && builds[s.Image] == nil {
			builds[s.Image] = s.Build
		}
	}
	for _, services := range []types.Services{p.Services, p.DisabledServices} {
		for name, s := range services {
			if s.Build == nil && s.Image != "" && builds[s.Image] != nil {
				s.Build = builds[s.Image]
				services[name] = s
			}
		}
	}
}
