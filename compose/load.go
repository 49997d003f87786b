package compose

import (
	"context"
	"errors"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"

	"devenv/devenv/report"
)

// LoadOptions are Compose's own global flags. Paths are absolute.
type LoadOptions struct {
	// WorkingDir is where Compose would be called: it looks for its file from there upwards.
	WorkingDir string
	// Files are the Compose files in order; none lets Compose find them.
	Files            []string
	ProjectDirectory string
	ProjectName      string
	EnvFiles         []string
	Profiles         []string
}

// Load loads a project as Compose would: COMPOSE_FILE and the other variables, .env, override files, includes. What does
// not load is a KindUsage failure with what Compose says.
func (c *Client) Load(ctx context.Context, o LoadOptions) (*types.Project, error) {
	dir := o.ProjectDirectory
	var options []cli.ProjectOptionsFn
	if dir == "" && len(o.Files) == 0 {
		options = append(options, cli.WithWorkingDirectory(o.WorkingDir))
	}
	project, err := c.service.LoadProject(ctx, api.ProjectLoadOptions{
		ProjectName: o.ProjectName, ConfigPaths: o.Files, WorkingDir: dir, EnvFiles: o.EnvFiles, Profiles: o.Profiles,
		All: true, ProjectOptionsFns: options,
	})
	switch {
	case err == nil:
		return project, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, api.ErrNotFound) || strings.Contains(err.Error(), "no configuration file provided"):
		return nil, report.Fail(report.KindUsage, "name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: %w", err)
	}
	return nil, report.Fail(report.KindUsage, "docker compose config shows the same", "load the Compose project: %w", err)
}
