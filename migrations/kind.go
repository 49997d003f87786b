package migrations

import (
	"context"
	"io"
	"path"
	"slices"
)

// Kind is a migration tool as far as it is known without running it, and how it is started.
type Kind struct {
	// Name is the tool's in .devenv.yaml.
	Name string
	// VersionTable is where a database holds its revisions, VersionColumn the column, of which such a table often has no other. A project
	// may call the table something else.
	VersionTable, VersionColumn string
	// Configurations are patterns of path.Match for names of files that may hold the database's address.
	Configurations []string
	Files          Files
	Starter        Starter
}

// Configures reports whether the name of a file is one of the tool's configurations.
func (k Kind) Configures(name string) bool {
	return slices.ContainsFunc(k.Configurations, func(pattern string) bool { ok, err := path.Match(pattern, name); return ok && err == nil })
}

// Files is how a tool's revisions are written.
type Files interface {
	// IsRevision reports whether a path in a directory of revisions can be one's.
	IsRevision(path string) bool
	// ID returns the revision that a file holds, by its text; empty when it holds none.
	ID(path string, content []byte) string
	// DoSame reports whether two versions of a file differ in nothing that runs.
	DoSame(was, is string) bool
	// Reparent returns a file with another parent; none when parent is empty.
	Reparent(content []byte, parent string) ([]byte, error)
}

// Starter starts a tool in a container of the project.
type Starter interface {
	// Command is what the container runs.
	Command() []string
	// Start talks to that command. The process is the tool's from then on, also with an error.
	Start(ctx context.Context, o StartOptions, p Process) (Tool, error)
}

// StartOptions say which configuration a tool reads. Paths are the container's.
type StartOptions struct {
	Config, Section string
	// OnStderr gets every line that the project's code prints, one at a time. It may be nil.
	OnStderr func(line string)
}

// Process is a running command with its streams, wherever it runs: an exec in a container, or a local subprocess.
type Process interface {
	// Write and Close are the command's stdin.
	io.WriteCloser
	Stdout() io.Reader
	Stderr() io.Reader
	// Wait returns the exit code once the command has ended.
	Wait(ctx context.Context) (int, error)
}
