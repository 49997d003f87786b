package alembic

import (
	"context"

	"devenv/migrations"
)

// Options say which configuration the driver uses. Paths are paths on the machine that the interpreter runs on.
type Options struct {
	// Config is alembic.ini or pyproject.toml, absolute or relative to the process's working directory.
	Config string
	// Section is the ini section; empty means "alembic".
	Section string
	// XArguments are the values of Alembic's -x options, such as "key=value".
	XArguments []string
	// OnStderr is called with every line that the project's code prints, including stdout and logging, from one
	// goroutine at a time. It may be nil.
	OnStderr func(line string)
	// Explain adds to the error of a process that has ended what became of it. It may be nil.
	Explain func(ctx context.Context, err error) error
	// OnPlace is called with the line at which a command is that takes long, now and then. It may be nil.
	OnPlace func(context.Context, migrations.Place)
	// Resumable lets Suspend and Resume work.
	Resumable bool
}

// Hello is what the driver found when it started.
type Hello struct {
	Python     string `json:"python"`
	Alembic    string `json:"alembic"`
	SQLAlchemy string `json:"sqlalchemy"`
	// Config is the configuration file in use; ScriptLocation and VersionLocations are directories. All are absolute.
	Config           string   `json:"config"`
	ScriptLocation   string   `json:"script_location"`
	VersionLocations []string `json:"version_locations"`
	FileTemplate     string   `json:"file_template"`
	OutputEncoding   string   `json:"output_encoding"`
	// PostWriteHooks are the names of the project's hooks, which the driver never runs.
	PostWriteHooks []string `json:"post_write_hooks"`
}
