// Package config reads `.devenv.yaml`: which keys exist, what values they may have, and where each value is in the
// file, so that a later error about a value can point at its line. It knows nothing about what the values name.
package config

import (
	"path"
	"strings"
	"time"
)

// FileName is the configuration's name; `devenv.yaml` belongs to another tool.
const FileName = ".devenv.yaml"

// Config is the configuration as written. An absent key has its zero value, which means "find it". A nil *Config is
// an empty one for every method.
type Config struct {
	// Base is the base branch; a full ref ("refs/…") is used literally.
	Base       string              `yaml:"base" json:"base,omitempty" jsonschema_description:"The branch the work will merge into. Default: origin's default branch, else develop, main or master."`
	Compose    Compose             `yaml:"compose" json:"compose,omitzero" jsonschema_description:"Which Compose project; default: what docker compose would find."`
	Database   Database            `yaml:"database" json:"database,omitzero" jsonschema_description:"The database service; its user, password, name and port come from the service."`
	Backend    Backend             `yaml:"backend" json:"backend,omitzero" jsonschema_description:"The service that runs the application's code."`
	Migrations Migrations          `yaml:"migrations" json:"migrations,omitzero" jsonschema_description:"The migration tool and where it runs."`
	Seed       Seed                `yaml:"seed" json:"seed,omitzero" jsonschema_description:"How the base database gets its data; one of startup, run, sql and dump."`
	Prepare    []string            `yaml:"prepare" json:"prepare,omitempty" jsonschema_description:"Commands run on the host in each private tree, for ignored files that the code needs."`
	Include    []string            `yaml:"include" json:"include,omitempty" jsonschema_description:"Ignored files that are copied into the private trees."`
	Format     []string            `yaml:"format" json:"format,omitempty" jsonschema_description:"Formatters applied to the new migration; an empty list means none. Default: what the project configures."`
	BaseInputs BaseInputs          `yaml:"base_inputs" json:"base_inputs,omitzero" jsonschema_description:"Files whose changes make a new base, beyond those that devenv finds itself."`
	Mounts     Mounts              `yaml:"mounts" json:"mounts,omitzero" jsonschema_description:"Host paths that scratch containers keep."`
	Scratch    Scratch             `yaml:"scratch" json:"scratch,omitzero" jsonschema_description:"Rights beyond an ordinary container's that scratch containers keep."`
	Checks     map[string]Severity `yaml:"checks" json:"checks,omitempty" jsonschema_description:"Severity of a check by its id."`
	Registry   string              `yaml:"registry" json:"registry,omitempty" jsonschema_description:"Where base images are pulled from and pushed to, for example ghcr.io/acme/devenv."`

	// File is the absolute path of the file; empty if there is none.
	File string `yaml:"-" json:"-"`
	// Dir is its directory relative to the repository's root, with slashes; "." at the root.
	Dir string `yaml:"-" json:"-"`

	source source
}

// Compose selects the Compose project.
type Compose struct {
	Files            []string `yaml:"files" json:"files,omitempty" jsonschema_description:"Compose files, in order, relative to this file."`
	ProjectDirectory string   `yaml:"project_directory" json:"project_directory,omitempty" jsonschema_description:"The project directory, relative to this file."`
	Profiles         []string `yaml:"profiles" json:"profiles,omitempty" jsonschema_description:"Compose profiles to activate."`
}

// Database names the database service.
type Database struct {
	Service string `yaml:"service" json:"service,omitempty" jsonschema_description:"Name of the database service in the Compose project."`
}

// Backend describes the service that runs the application.
type Backend struct {
	Service string `yaml:"service" json:"service,omitempty" jsonschema_description:"Name of the backend service in the Compose project."`
	// Needs are services started with it; nil means find them, empty means none.
	Needs []string `yaml:"needs" json:"needs,omitempty" jsonschema_description:"Services started beside the backend. Default: what it depends on."`
	Ready Ready    `yaml:"ready" json:"ready,omitzero" jsonschema_description:"When the backend counts as started; one of log, port and url. Default: its healthcheck, else the first port it listens on."`
}

// Ready tells how to see that a service has started. At most one of Log, Port and URL is set.
type Ready struct {
	Log     string        `yaml:"log" json:"log,omitempty" jsonschema_description:"Text that appears in the service's log."`
	Port    int           `yaml:"port" json:"port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"TCP port it listens on in the container."`
	URL     string        `yaml:"url" json:"url,omitempty" jsonschema_description:"URL that answers with a status below 400, as seen in the container."`
	Timeout time.Duration `yaml:"timeout" json:"timeout,omitempty" jsonschema_description:"How long to wait, for example 120s."`
}

// Migrations describes the migration tool and where it runs.
type Migrations struct {
	Tool    string `yaml:"tool" json:"tool,omitempty" jsonschema_description:"The migration tool."`
	Service string `yaml:"service" json:"service,omitempty" jsonschema_description:"Name of the service whose container holds the tool."`
	// Config is relative to the configuration's directory; see Config.Path.
	Config string `yaml:"config" json:"config,omitempty" jsonschema_description:"The migration tool's configuration file, relative to this file."`
	// Section is a section of Config.
	Section string `yaml:"section" json:"section,omitempty" jsonschema_description:"Section of that file. Default: the tool's own."`
	// Python and Workdir are paths in the container.
	Python    string            `yaml:"python" json:"python,omitempty" jsonschema_description:"Interpreter in the container. Default: that of the tool on the container's PATH."`
	Workdir   string            `yaml:"workdir" json:"workdir,omitempty" jsonschema_description:"Directory in the container where the tool is run."`
	Env       map[string]string `yaml:"env" json:"env,omitempty" jsonschema_description:"Environment variables for the tool."`
	PerBranch PerBranch         `yaml:"per_branch" json:"per_branch,omitempty" jsonschema:"enum=one,enum=many" jsonschema_description:"How many migrations a branch may add."`
}

// Seed tells how the base database gets its data. At most one of Startup, Run, SQL and Dump is set.
type Seed struct {
	// Startup means that the backend seeds when it starts. nil means not written; false without another key means no
	// data except what the migrations insert.
	Startup *bool `yaml:"startup" json:"startup,omitempty" jsonschema_description:"The backend seeds when it starts."`
	// Settle is how long nothing must have written to the database before the seed is over, for background jobs.
	Settle time.Duration `yaml:"settle" json:"settle,omitempty" jsonschema_description:"How long nothing must have written to the database before the seed is over, for example 5s."`
	// Run is a shell command in the backend service, run after the migrations.
	Run string `yaml:"run" json:"run,omitempty" jsonschema_description:"Command run in the backend service after the migrations."`
	// SQL and Dump are relative to the configuration's directory.
	SQL  []string `yaml:"sql" json:"sql,omitempty" jsonschema_description:"SQL files run after the migrations, relative to this file."`
	Dump string   `yaml:"dump" json:"dump,omitempty" jsonschema_description:"A dump that is restored before the migrations, relative to this file."`
	// Incremental upgrades the data of an earlier base, until a base made from the start is there.
	Incremental bool `yaml:"incremental" json:"incremental,omitempty" jsonschema_description:"Whether a new base begins with the data of an earlier one, upgraded by its own code, until one made from the start is there: that is made in the background. Not in CI."`
}

// BaseInputs selects files whose changes make a new base: patterns as in .dockerignore, relative to the
// configuration's directory. If both match a file, Include wins.
type BaseInputs struct {
	Include []string `yaml:"include" json:"include,omitempty" jsonschema_description:"Files that affect the base wherever they are, for example [content/**/*.md]."`
	Exclude []string `yaml:"exclude" json:"exclude,omitempty" jsonschema_description:"Files that make no difference to the base, for example [frontend]."`
}

// Mounts tells which host paths scratch containers keep.
type Mounts struct {
	Keep []string `yaml:"keep" json:"keep,omitempty" jsonschema_description:"Host paths outside the repository that stay mounted, read-only."`
}

// Scratch tells which of a service's rights scratch containers keep.
type Scratch struct {
	// Keep are settings ("dns") or values of settings ("cap_add.SYS_PTRACE").
	Keep []string `yaml:"keep" json:"keep,omitempty" jsonschema_description:"Rights beyond an ordinary container's that stay, for example cap_add.SYS_PTRACE, security_opt.seccomp=unconfined, dns."`
}

// PerBranch is how many migrations a branch may add.
type PerBranch string

// The values of migrations.per_branch; empty means one.
const (
	PerBranchOne  PerBranch = "one"
	PerBranchMany PerBranch = "many"
)

// Severity tells what a check's finding means.
type Severity string

// The severities.
const (
	SeverityFail Severity = "fail"
	SeverityWarn Severity = "warn"
	SeverityOff  Severity = "off"
)

// Path converts a path as written in the configuration to one relative to the repository's root, with slashes.
func (c *Config) Path(written string) string {
	if c == nil || written == "" {
		return written
	}
	return path.Join(c.Dir, written)
}

// Paths does the same for a list of paths or patterns.
func (c *Config) Paths(written []string) []string {
	paths := make([]string, len(written))
	for i, w := range written {
		paths[i] = c.Path(w)
	}
	return paths
}

// Severities returns the severities of the checks as plain strings, by id.
func (c *Config) Severities() map[string]string {
	out := map[string]string{}
	if c != nil {
		for id, s := range c.Checks {
			out[id] = string(s)
		}
	}
	return out
}

// Has reports whether a key is in the file, by its dotted name ("database.service").
func (c *Config) Has(key string) bool {
	if c == nil {
		return false
	}
	_, ok := c.source.tokens[key]
	return ok
}

// join returns the dotted name of a key in a section.
func join(section, key string) string { return strings.TrimPrefix(section+"."+key, ".") }
