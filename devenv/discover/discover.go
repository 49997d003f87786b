// Package discover works out what a repository's development stack consists of: the database service, the migration
// tool and where it runs, the backend and what it needs, the formatters. It only reads the Compose model and a list of
// files, and starts nothing. It never guesses: where the answer is not certain, it returns an error that names the
// candidates and the line to write.
package discover

import (
	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
	"devenv/devenv/report"
	"devenv/migrations"
)

// Files gives access to a repository's files at one point in time.
type Files interface {
	// Root is the absolute host path of the tree against which the Compose model's paths were resolved.
	Root() string
	// List returns the path of every file, relative to the root, with slashes, in any order.
	List() ([]string, error)
	// Read returns a listed file's content.
	Read(path string) ([]byte, error)
}

// Project is the result of the search.
type Project struct {
	Database string
	// Backend is empty if the project has none: only the database and tasks that end.
	Backend string
	// Migrations is the migration tool and where it runs.
	Migrations MigrationTool
	// Needs are the services to start along with the backend, sorted.
	Needs []string
	// OneShots are the services that run to completion before or alongside the backend (migrations, initial data,
	// creating a bucket), dependencies first. They are not in Needs.
	OneShots []OneShot
	// Seed is how the base database gets its data.
	Seed Seed
	// Ready comes from the configuration; zero means the healthcheck, or else the first port the backend listens on.
	Ready config.Ready
	// Formatters are applied to the new migration in order; nil means that none was found.
	Formatters []Formatter
	// Found lists each decision and what it is based on.
	Found []report.Finding
}

// MigrationTool is the migration tool and where it runs. Paths are relative to the repository's root, with slashes;
// those named InContainer are absolute paths in Service's container.
type MigrationTool struct {
	// Kind is which tool it is.
	Kind    migrations.Kind
	Service string
	// Config is the tool's configuration.
	Config string
	// Section is the section of Config; empty means the tool's own.
	Section string
	// ConfigInContainer is empty if the model does not tell; then it is the file with the same content.
	ConfigInContainer string
	// Workdir is the directory in the container in which to run the tool; empty if the model does not tell.
	Workdir string
	// Python is the configured interpreter in the container; empty means that of the tool on the PATH.
	Python string
	// ScriptLocation is the directory that contains env.py.
	ScriptLocation string
	// ScriptLocationInContainer is empty if the model does not tell.
	ScriptLocationInContainer string
	// Versions are the directories of revisions, in the order of Config; git may not have any file of theirs yet.
	Versions []string
	// VersionsInContainer has one entry for each of Versions, empty if the model does not tell.
	VersionsInContainer []string
	// Recursive is set if revisions may be in subdirectories of Versions.
	Recursive bool
	// FileTemplate and PrependSysPath are as the tool reads them, empty if not set.
	FileTemplate   string
	PrependSysPath string
	// Env comes from the configuration.
	Env map[string]string
	// PerBranch is how many migrations a branch may add.
	PerBranch config.PerBranch
}

// OneShot is a service that runs to completion.
type OneShot struct {
	Service string
	// Migrates is set if its command, or a script of the repository it calls, upgrades the database.
	Migrates bool
	// UsesDatabase is set if it depends on the database or its environment names the database's host.
	UsesDatabase bool
}

// Seed is how the base database gets its data: at most one of AtStartup, Run, SQL and Dump. If it is none of them,
// there is only the data that migrations insert.
type Seed struct {
	config.Seed
	// BackendMigrates is set if the backend's command, or a script of the repository it calls, runs an upgrade. False
	// only means that the files do not show one.
	BackendMigrates bool
}

// AtStartup reports whether starting the backend (and the one-shot services) inserts the data.
func (s Seed) AtStartup() bool { return s.Startup != nil && *s.Startup }

// Formatter is a formatter's command line; the file's path is appended to it.
type Formatter struct {
	Argv []string
	// From is the file that configures it.
	From string
	// Hidden is set if From is not above the migrations in the service's container, where the formatter would look for
	// it.
	Hidden bool
	// Version is the one the project pins, empty if it pins none.
	Version string
}

// Services finds the project in a Compose model and the repository's files. What cfg says takes precedence; it may be
// nil. Anything ambiguous or missing is a usage failure that names the candidates and the line to write; then the
// returned project holds only Found, with the decisions made until then.
func Services(p *types.Project, repo Files, cfg *config.Config) (*Project, error) {
	s, err := newFinder(p, repo, cfg)
	if err != nil {
		return &Project{}, err
	}
	out, err := s.find()
	if err != nil {
		out = &Project{}
	}
	out.Found = s.answers.found
	return out, err
}

func (s *finder) find() (*Project, error) {
	c, err := search{s}.choose()
	if err != nil {
		return nil, err
	}
	database, err := databaseChoice{s}.choose(s.users(c))
	if err != nil {
		return nil, err
	}
	service, err := holderChoice{s}.choose(c, database)
	if err != nil {
		return nil, err
	}
	out := &Project{Database: database, Ready: s.cfg.Backend.Ready}
	if out.Migrations, err = (layout{s}).tool(c, service); err != nil {
		return nil, err
	}
	if out.Backend, err = (backendChoice{s}).choose(c, service, database); err != nil {
		return nil, err
	}
	start, format := startup{s}, formatting{s}
	out.OneShots = start.oneShots(out.Backend, service, database)
	if out.Needs, err = start.needs(out.Backend, database, out.OneShots); err != nil {
		return nil, err
	}
	if err := s.buildable(out.services()...); err != nil {
		return nil, err
	}
	out.Seed = start.seed(out.Backend, database, out.Needs)
	if out.Formatters, err = format.choose(c.path); err != nil {
		return nil, err
	}
	out.Formatters = format.annotate(out.Formatters, out.Migrations)
	return out, nil
}

// services returns the services that take part.
func (p *Project) services() []string {
	names := append([]string{p.Migrations.Service, p.Backend, p.Database}, p.Needs...)
	for _, task := range p.OneShots {
		names = append(names, task.Service)
	}
	return names
}

// users returns the services that tell several databases apart. Services that test or support the application are left
// out, because they may have a database of their own.
func (s *finder) users(c candidate) []string {
	for _, name := range []string{s.cfg.Migrations.Service, s.cfg.Backend.Service} {
		if name != "" {
			return []string{name}
		}
	}
	if kept := filter(c.holders, func(n string) bool { return !s.services.worker(n) }); len(kept) > 0 {
		return kept
	}
	if len(c.holders) > 0 {
		return c.holders
	}
	return s.inactiveHolders(c.path)
}
