package discover

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
)

// Stack is what a Compose project contains, as far as its files tell without their variables and env files.
type Stack struct {
	// Postgres is set if one of its services runs Postgres.
	Postgres bool
	// Builds is set if a service is built from a directory of the repository, Holds if its container has the
	// tool's configuration, and Mounts if that is mounted into it.
	Builds, Holds, Mounts bool
}

// Code reports whether a service has the project's code.
func (s Stack) Code() bool { return s.Builds || s.Holds }

// Whole reports whether the project has what devenv works with: Postgres beside a service that has the code.
func (s Stack) Whole() bool { return s.Postgres && s.Code() }

// Stacks reads the Compose projects of a repository.
type Stacks struct {
	files *files
	cfg   *config.Config
	// settings are the repository's configurations of the tool; none if they cannot be read.
	settings []*settings
}

// NewStacks returns a reader of a repository's Compose projects.
func NewStacks(repo Files, cfg *config.Config) (*Stacks, error) {
	finder, err := newFinder(&types.Project{WorkingDir: repo.Root()}, repo, cfg)
	if err != nil {
		return nil, err
	}
	s := &Stacks{files: finder.files, cfg: cfg}
	s.settings, _ = search{finder}.all()
	return s, nil
}

// Read returns what a project of Compose files contains; their paths are absolute. A project that Compose would not
// load even if every variable was set contains nothing.
func (s *Stacks) Read(files ...string) Stack {
	project, err := loadLeniently(files)
	if err != nil {
		return Stack{}
	}
	return s.stack(project)
}

func (s *Stacks) stack(p *types.Project) Stack {
	finder := newFinderIn(s.files, p, s.cfg)
	names, _ := finder.databases.all()
	out := Stack{Postgres: len(names) > 0}
	for _, name := range finder.services.names() {
		if slices.Contains(names, name) {
			continue
		}
		if b := finder.services.get(name).Build; b != nil {
			_, here := s.files.relative(b.Context)
			out.Builds = out.Builds || here
		}
		for _, c := range s.settings {
			at := finder.locations.locate(name, c.path)
			out.Holds = out.Holds || at.held
			out.Mounts = out.Mounts || at.mounted
		}
	}
	return out
}

// loadLeniently loads a project that need not be complete: an env file may be missing, as may variables. Profiles are
// all active.
func loadLeniently(files []string) (p *types.Project, err error) {
	for _, unset := range []string{"", "1"} {
		var options *cli.ProjectOptions
		options, err = cli.NewProjectOptions(files, cli.WithWorkingDirectory(filepath.Dir(files[0])), cli.WithName("any"),
			cli.WithProfiles([]string{"*"}), cli.WithLoadOptions(lenient(unset)))
		if err == nil {
			p, err = options.LoadProject(context.Background()) // reads files only
		}
		if err == nil {
			return p, nil
		}
	}
	return nil, err
}

// lenient returns the option to load a project that need not be complete, with a value for variables without one.
func lenient(unset string) func(*loader.Options) {
	return func(o *loader.Options) {
		o.SkipConsistencyCheck, o.SkipResolveEnvironment, o.SkipResolveLabels = true, true, true
		if o.Interpolate == nil { // the files are only being looked for
			return
		}
		o.Interpolate.Substitute = func(text string, vars template.Mapping) (string, error) {
			out, err := template.SubstituteWithOptions(text, vars, template.WithoutLogging)
			if err == nil && unset == "" {
				return out, nil
			}
			return template.SubstituteWithOptions(text, func(name string) (string, bool) {
				if value, ok := vars(name); ok {
					return value, true
				}
				return unset, true
			}, template.WithoutLogging)
		}
	}
}

// Elsewhere is another way to put a Compose project together.
type Elsewhere struct {
	// Files are absolute paths.
	Files []string
	// Has is what the last of them contains, in words.
	Has string
	Stack
}

// Elsewhere returns the other Compose files of the repository that have what a project of such files lacks: those that
// are whole by themselves, or else those that complete it.
func (s *Stacks) Elsewhere(files []string) []Elsewhere {
	this := s.Read(files...)
	var whole, completing []Elsewhere
	for _, rel := range s.files.paths {
		file := filepath.Join(s.files.Root(), filepath.FromSlash(rel))
		if !composeNames.MatchString(rel) || thirdParty(rel) || slices.Contains(files, file) {
			continue
		}
		other := s.Read(file)
		both := append(slices.Clone(files), file)
		switch {
		case other.Whole():
			whole = append(whole, Elsewhere{[]string{file}, "has Postgres beside a service that has the code", other})
		case other.Postgres && !this.Postgres && this.Code():
			completing = append(completing, Elsewhere{both, "has Postgres", s.Read(both...)})
		case other.Code() && !this.Code() && this.Postgres:
			completing = append(completing, Elsewhere{both, "has a service with the code", s.Read(both...)})
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return slices.DeleteFunc(completing, func(e Elsewhere) bool { return !e.Whole() })
}

// composeNames matches the paths of files that may be Compose files.
var composeNames = regexp.MustCompile(composeText)
