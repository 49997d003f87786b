package compose

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// LoadOptions are Compose's own global flags. Paths are absolute.
type LoadOptions struct {
	// WorkingDir is where Compose would be called: it looks for its file from there upwards.
	WorkingDir string
	// Files are the Compose files in order; if there are none, Compose finds them.
	Files            []string
	ProjectDirectory string
	ProjectName      string
	EnvFiles         []string
	Profiles         []string
	// Services are the wanted ones, along with their dependencies; none means all. Naming one activates its profile.
	Services []string
}

// Load loads a project as Compose would: COMPOSE_FILE and the other variables, .env, override files, includes. PWD is
// the working directory, so that a Compose file that uses it refers to the tree that contains it. A project that does
// not load is a KindUsage failure with Compose's message.
func (c *Client) Load(ctx context.Context, o LoadOptions) (*types.Project, error) {
	var options []cli.ProjectOptionsFn
	if o.WorkingDir != "" {
		options = append(options, cli.WithEnv([]string{"PWD=" + o.WorkingDir}))
		if o.ProjectDirectory == "" && len(o.Files) == 0 {
			options = append(options, projectFrom(o.WorkingDir, envFiles(o)))
		}
	}
	project, err := c.load(ctx, o, options...)
	switch {
	case err == nil:
		return project, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, loadFailed(err, o, func() []string { return c.absentEnvFiles(ctx, o, options) })
}

func (c *Client) load(ctx context.Context, o LoadOptions, options ...cli.ProjectOptionsFn) (*types.Project, error) {
	return c.service.LoadProject(ctx, api.ProjectLoadOptions{
		ProjectName: o.ProjectName, ConfigPaths: o.Files, WorkingDir: o.ProjectDirectory, EnvFiles: envFiles(o), Profiles: o.Profiles,
		Services: o.Services, All: true, ProjectOptionsFns: options,
	})
}

// absentEnvFiles returns the env files that the enabled services need and that do not exist, sorted. Compose names only
// one of them, now this, now that.
func (c *Client) absentEnvFiles(ctx context.Context, o LoadOptions, options []cli.ProjectOptionsFn) []string {
	project, err := c.load(ctx, o, append(slices.Clone(options), cli.WithoutEnvironmentResolution)...)
	if err != nil {
		return nil
	}
	var absent []string
	for _, service := range project.Services {
		for _, f := range service.EnvFiles {
			if bool(f.Required) && !isFile(f.Path) {
				absent = append(absent, f.Path)
			}
		}
	}
	slices.Sort(absent)
	return slices.Compact(absent)
}

// projectFrom finds the project as Compose does when called in a directory, which is not this process's own.
func projectFrom(dir string, envFiles []string) cli.ProjectOptionsFn {
	return func(o *cli.ProjectOptions) error {
		o.WorkingDir = dir
		for _, read := range []cli.ProjectOptionsFn{cli.WithOsEnv, cli.WithEnvFiles(envFiles...), cli.WithDotEnv} {
			if err := read(o); err != nil {
				return err
			}
		}
		if named := o.Environment["COMPOSE_FILE"]; named != "" {
			separator := cmp.Or(o.Environment["COMPOSE_PATH_SEPARATOR"], string(os.PathListSeparator))
			for f := range strings.SplitSeq(named, separator) {
				o.ConfigPaths = append(o.ConfigPaths, inDirectory(dir, f))
			}
			o.WorkingDir = filepath.Dir(o.ConfigPaths[0])
			return nil
		}
		o.WorkingDir = projectDirectory(dir)
		return nil
	}
}

// projectDirectory returns the nearest directory, upwards, that holds a Compose file, or dir if none does.
func projectDirectory(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		for _, name := range cli.DefaultFileNames {
			if isFile(filepath.Join(at, name)) {
				return at
			}
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// inDirectory makes a path absolute; anything that is not a path, such as a URL, stays.
func inDirectory(dir, p string) string {
	if filepath.IsAbs(p) || strings.Contains(p, "://") || strings.HasPrefix(p, "oci:") || strings.HasPrefix(p, "git@") {
		return p
	}
	return filepath.Join(dir, p)
}

// envFiles returns the files that hold the project's variables: those of the flag, or, as Compose's command line
// does, those of COMPOSE_ENV_FILES. None means .env.
func envFiles(o LoadOptions) []string {
	named := os.Getenv("COMPOSE_ENV_FILES")
	if len(o.EnvFiles) > 0 || named == "" {
		return o.EnvFiles
	}
	var files []string
	for f := range strings.SplitSeq(named, ",") {
		files = append(files, inDirectory(o.WorkingDir, strings.TrimSpace(f)))
	}
	return files
}

// withoutValues removes from Compose's message what it quotes from the user's files, which may be a secret.
func withoutValues(message string) string {
	for _, quoted := range []struct{ before, after string }{
		{"in variable name ", "\n"},                            // a line of an env file
		{"unterminated quoted value ", "\n"},                   // the same
		{"You may need to escape any $ with another $.\n", ""}, // the value whose interpolation failed
		{"parsing \"", "\": invalid"},                          // a value that is not a number or boolean
	} {
		message = cut(message, quoted.before, quoted.after)
	}
	return strings.TrimSpace(message)
}

// cut replaces the text after before, up to after, or to the end if after is empty or missing.
func cut(message, before, after string) string {
	head, rest, found := strings.Cut(message, before)
	if !found {
		return message
	}
	tail := ""
	if after != "" {
		if _, t, ok := strings.Cut(rest, after); ok {
			tail = after + t
		}
	}
	return head + before + "…" + tail
}
