package tool

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/migrations"
)

// Tool is the migration tool, running in a container of its service on a checkout's files.
type Tool struct {
	migrations.Tool
	Container string
	Workdir   string
	Network   string // of the container

	checkout *scratch.Checkout
	settings discover.MigrationTool
	hosts    []string // the database's host names in the project's URLs
	kept
}

// Start starts the migration tool's container in its own network, and the tool in it. The project's output goes to log.
func Start(ctx context.Context, s *scratch.Checkout, name string, p discover.MigrationTool, hosts []string, log *step.Log) (*Tool, error) {
	t := &Tool{checkout: s, settings: p, hosts: hosts}
	services, err := scratch.Create(ctx, s, name, []string{p.Service}, t.configure)
	if err != nil {
		return nil, err
	}
	t.Container, t.Network = services.Containers[p.Service], services.Network
	stream, err := s.Workspace.Engine.Attach(ctx, t.Container)
	if err != nil {
		return nil, err
	}
	if err := s.Workspace.Engine.Start(ctx, t.Container); err != nil {
		return nil, errors.Join(startFailure(err, p.Service), stream.Close())
	}
	config, err := t.findConfig(ctx, s, p)
	if err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	t.configPath = config
	t.Tool, err = p.Kind.Starter.Start(ctx, t.options(log), stream)
	if err != nil {
		return nil, failed(installedLater(err, s.Model.Services[p.Service]), "start the migration tool in service "+p.Service)
	}
	return t, nil
}

// options returns the options with which the tool starts or resumes.
func (t *Tool) options(log *step.Log) migrations.StartOptions {
	return migrations.StartOptions{
		Config: t.configPath, Section: t.settings.Section, OnStderr: log.Line, Explain: t.ExplainEnded,
		OnPlace:   t.sayWaiting,
		Resumable: t.checkout.Workspace.InSeries(),
	}
}

// configure makes the service's container run the tool.
func (t *Tool) configure(project *types.Project) error {
	t.Workdir = configureService(project, t.settings)
	return nil
}

// installing matches a command that installs Python's packages.
var installing = regexp.MustCompile(`\b(?:pip3?|uv|poetry|pipenv|pdm)\b[^;&|]*\b(?:install|sync)\b[^;&|]*`)

// installedLater explains why a tool does not start whose packages only the service's own command installs, which does
// not run in the tool's container.
func installedLater(err error, service types.ServiceConfig) error {
	command := installing.FindString(strings.Join(slices.Concat(service.Entrypoint, service.Command), " "))
	if command == "" || report.KindOf(err) != report.KindUsage {
		return err
	}
	command = strings.TrimSpace(command)
	return report.Fail(report.KindUsage, "the service's command runs "+command+", but its image is what devenv starts: let the image have "+
		"the packages, with build: and a Dockerfile that has RUN "+command, "%w", err).WithOutput(report.OutputOf(err))
}

// startFailure explains a failed start if the image has no shell, which every tool needs.
func startFailure(err error, service string) error {
	if !readiness.LacksProgram(err, "sh") {
		return err
	}
	return report.Fail(report.KindWork,
		"build that service, for development, from a stage that has one (build: {target: …}), or name another "+
			"service that has the code:\n    migrations: {service: …}",
		"start the migration tool: the image of service %s has no shell (sh), which devenv needs for it", service)
}

// configureService makes the service's container run the driver instead of the service, and returns its working
// directory.
func configureService(project *types.Project, p discover.MigrationTool) string {
	service := project.Services[p.Service]
	service.Entrypoint = p.Kind.Starter.Command()
	service.Command = nil
	service.StdinOpen, service.Tty = true, false
	// The revision is written into the container, or into the copy of the code that it mounts.
	service.ReadOnly = false
	for i, mount := range service.Volumes {
		service.Volumes[i].ReadOnly = mount.ReadOnly && mount.Type != types.VolumeTypeVolume
	}
	service.HealthCheck = &types.HealthCheckConfig{Disable: true}
	service.DependsOn = nil
	if p.Workdir != "" {
		service.WorkingDir = p.Workdir
	}
	if service.Environment == nil {
		service.Environment = types.MappingWithEquals{}
	}
	for key, value := range p.Env {
		service.Environment[key] = &value
	}
	if p.Python != "" {
		service.Environment["DEVENV_PYTHON"] = &p.Python
	}
	project.Services[p.Service] = service
	return service.WorkingDir
}

// findConfig returns the configuration's path in the container: the known one, or else that of the file with the same
// content.
func (t *Tool) findConfig(ctx context.Context, s *scratch.Checkout, p discover.MigrationTool) (string, error) {
	if p.ConfigInContainer != "" {
		return p.ConfigInContainer, nil
	}
	local := filepath.Join(s.Tree.Dir(), filepath.FromSlash(p.Config))
	var out bytes.Buffer
	find := `sum=$(cksum < /dev/stdin); find / -xdev -name "$1" -not -path '/proc/*' 2>/dev/null | while read -r f; do [ "$(cksum < "$f")" = "$sum" ] && echo "$f"; done; true`
	content, err := os.ReadFile(local)
	if err != nil {
		return "", err
	}
	_, err = s.Workspace.Engine.Exec(ctx, t.Container, engine.ExecOptions{
		Cmd: []string{"sh", "-c", find, "find", path.Base(p.Config)}, Stdin: bytes.NewReader(content), Stdout: &out, User: "0",
	})
	if err != nil {
		return "", err
	}
	found := strings.Fields(out.String())
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", report.Fail(report.KindUsage, "name the service that contains it in .devenv.yaml:\n    migrations: {service: …}",
			"find %s in the container of service %s: no file there has the same content", p.Config, p.Service)
	}
	return "", report.Fail(report.KindUsage,
		"set where "+p.Kind.Name+" runs, in .devenv.yaml:\n    migrations: {workdir: "+path.Dir(found[0])+"}",
		"find %s in the container of service %s: %s have the same content", p.Config, p.Service, strings.Join(found, " and "))
}

// Database returns the database that a command of the tool connects to.
func (t *Tool) Database(s Server) migrations.Database {
	return migrations.Database{
		Address: s.Address(t.Network), Hosts: t.hosts,
		Guard: func(ctx context.Context, run func() error) error {
			return t.explainEndless(explainStuck(s.Guard(ctx, run)))
		},
	}
}

// Server is a running scratch server that the tool can connect to.
type Server interface {
	Address(network string) string
	// Guard calls run, which uses the server: see migrations.Database.
	Guard(ctx context.Context, run func() error) error
}
