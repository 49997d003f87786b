package migrations

import (
	"context"
	"io"
	"path"
	"slices"
)

// Kind describes a migration tool: what is known without running it, and how to start it.
type Kind struct {
	// Name is the tool's name in .devenv.yaml.
	Name string
	// VersionTable is the default name of the table in which a database records its revisions, and VersionColumn its
	// column, often the only one. A project may give the table another name.
	VersionTable, VersionColumn string
	// Configurations are path.Match patterns for the names of files that may contain the database's address.
	Configurations []string
	// Packages are patterns for the names of files that say which packages a project installs.
	Packages []string
	Files    Files
	// Models reads the code of the models; nil for a tool that knows none.
	Models  Models
	Starter Starter
}

// Configures reports whether a file's name matches one of the tool's configurations.
func (k Kind) Configures(name string) bool { return matches(k.Configurations, name) }

// Installs reports whether a file's name is that of a list of packages to install.
func (k Kind) Installs(name string) bool { return matches(k.Packages, name) }

// matches reports whether a name matches one of several patterns of path.Match.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

// Files reads and edits a tool's revision files.
type Files interface {
	// IsRevision reports whether a path in a revisions directory can be a revision file.
	IsRevision(path string) bool
	// ID returns the id of the revision in a file, or "" when the file has none.
	ID(path string, content []byte) string
	// SameCode reports whether two versions of a file run the same code.
	SameCode(was, is string) bool
	// Reparent returns the file with another parent, or as a root when parent is empty.
	Reparent(content []byte, parent string) ([]byte, error)
}

// Models reads code for what a tool that compares models with a database may not see.
type Models interface {
	// Describes reports whether a file can add to the models' schema.
	Describes(path string, content []byte) bool
	// SameTables reports whether two versions of such a file describe the same tables as far as their text tells; false
	// says nothing.
	SameTables(was, is []byte) bool
	// Imports reports whether a file imports the module in another file, or may import anything.
	Imports(content []byte, path string) bool
}

// Starter starts a tool in one of the project's containers.
type Starter interface {
	// Command is what the container runs.
	Command() []string
	// Start connects to that command. The tool owns the process from then on, even if Start returns an error.
	Start(ctx context.Context, o StartOptions, p Process) (Tool, error)
}

// StartOptions say which configuration a tool reads. Paths are paths in the container.
type StartOptions struct {
	Config, Section string
	// OnStderr is called with every line that the project's code prints, one at a time. It may be nil.
	OnStderr func(line string)
	// Explain adds to the error of a process that has ended what became of it. It may be nil.
	Explain func(ctx context.Context, err error) error
	// OnPlace is called with the line at which a command is that takes long, now and then. It may be nil.
	OnPlace func(context.Context, Place)
	// Resumable is set if the tool is to be suspended and resumed; one that is not Resumable ignores it.
	Resumable bool
}

// Place is the line of the project's code at which a command is: in a revision's file if it runs one.
type Place struct {
	Revision string `json:"revision"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	// Idle is for how long the command has made no progress, in seconds: no new statement, and no revision has ended.
	Idle float64 `json:"idle"`
}

// Process is a running command and its streams, either an exec in a container or a local subprocess.
type Process interface {
	// Write and Close act on the command's stdin.
	io.WriteCloser
	Stdout() io.Reader
	Stderr() io.Reader
	// Wait returns the exit code once the command has ended.
	Wait(ctx context.Context) (int, error)
}
