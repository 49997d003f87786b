// Package discover finds out what a repository's development stack is made of: the database service, the migration
// tool and where it runs, the backend and what it needs, the formatters. It is pure on the Compose model and a
// listing of files; it starts nothing. What it cannot tell for certain it asks for, by an error that names the
// candidates and the line to write; it never guesses.
package discover

import (
	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
	"devenv/devenv/report"
)

// Files is a repository's files at one moment.
type Files interface {
	// Root is the absolute host path of the tree, the one that the Compose model's paths were resolved in.
	Root() string
	// List returns every file's path relative to the root, with slashes, in any order.
	List() ([]string, error)
	// Read returns a listed file's content.
	Read(path string) ([]byte, error)
}

// Project is what was found.
type Project struct {
	Database string
	// Backend is empty when the project has none: nothing but the database and tasks that end.
	Backend string
	// Migrations is the migration tool and where it runs.
	Migrations MigrationTool
	// Needs are the services started beside the backend, sorted.
	Needs []string
	// OneShots are the services that run to their end before or beside the backend (migrations, initial data, a
	// bucket that is made), those that others depend on first. They are in none of Needs.
	OneShots []OneShot
	// Seed is how the base database gets its data.
	Seed Seed
	// Ready is the configuration's; its zero value means healthcheck, else the first port the backend listens on.
	Ready config.Ready
	// Formatters are applied to the new migration, in order; nil means that none was found.
	Formatters []Formatter
	// Found lists each decision with where it comes from.
	Found []report.Finding
}

// MigrationTool is the migration tool and where it runs. Paths are relative to the repository's root with slashes,
// those "InContainer" are absolute in the container of Service.
type MigrationTool struct {
	// Tool is "alembic".
	Tool    string
	Service string
	// Config is alembic.ini or pyproject.toml.
	Config string
	// Section is the section of Config; empty means Alembic's own.
	Section string
	// ConfigInContainer is empty where the model does not tell; the file of equal content is it then.
	ConfigInContainer string
	// Workdir is where alembic is run in the container; empty where the model does not tell.
	Workdir string
	// Python is the configuration's interpreter in the container; empty means that of alembic on the PATH.
	Python string
	// ScriptLocation is the directory of env.py.
	ScriptLocation string
	// ScriptLocationInContainer is empty where the model does not tell.
	ScriptLocationInContainer string
	// Versions are the directories of the revisions, in the file's order; git may hold no file of theirs yet.
	Versions []string
	// VersionsInContainer has an entry for each of Versions, which is empty where the model does not tell.
	VersionsInContainer []string
	// Recursive says that revisions may lie in sub-directories of Versions.
	Recursive bool
	// FileTemplate and PrependSysPath are as Alembic reads them, empty when not written.
	FileTemplate   string
	PrependSysPath string
	// Env is the configuration's.
	Env map[string]string
	// PerBranch is how many migrations a branch may add.
	PerBranch config.PerBranch
}

// OneShot is a service that runs to its end.
type OneShot struct {
	Service string
	// Migrates says that its command, or a script of the repository that it runs, upgrades the database.
	Migrates bool
	// UsesDatabase says that it depends on the database or has its host in its environment.
	UsesDatabase bool
}

// Seed is how the base database gets its data: at most one of AtStartup, Run, SQL and Dump; none of them means that
// there is no data but what the migrations insert.
type Seed struct {
	config.Seed
	// BackendMigrates says that the backend's command, or a script of the repository that it runs, names an upgrade.
	// False means only that the files do not tell.
	BackendMigrates bool
}

// AtStartup says that starting the backend (and the one-shot services) brings the data.
func (s Seed) AtStartup() bool { return s.Startup != nil && *s.Startup }

// Formatter is a formatter's command line, to which the file's path is appended.
type Formatter struct {
	Argv []string
	// From is the file that configures it.
	From string
	// Hidden says that From does not lie above the migrations in the service's container, where the formatter would look.
	Hidden bool
	// Version is the one that the project asks for, empty where it does not say.
	Version string
}

// Services finds the project in a Compose model and the repository's files; cfg may be nil and goes first where it
// says something. What is ambiguous or missing is a usage failure that names the candidates and the line to write; the
// project then holds what was found before, in Found alone.
func Services(p *types.Project, repo Files, cfg *config.Config) (*Project, error) {
	s, err := newStack(p, repo, cfg)
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

func (s *stack) find() (*Project, error) {
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
	out.Seed = start.seed(out.Backend)
	if out.Formatters, err = format.choose(c.path); err != nil {
		return nil, err
	}
	out.Formatters = format.withPlace(out.Formatters, out.Migrations)
	return out, nil
}

// users returns the services by which several databases are told apart; what tests and works beside the application may
// have one of its own.
func (s *stack) users(c candidate) []string {
	for _, name := range []string{s.cfg.Migrations.Service, s.cfg.Backend.Service} {
		if name != "" {
			return []string{name}
		}
	}
	if kept := filter(c.holders, func(n string) bool { return !s.services.worker(n) }); len(kept) > 0 {
		return kept
	}
	return c.holders
}
