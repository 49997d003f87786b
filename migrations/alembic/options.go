package alembic

// Options say which configuration the driver uses. Paths are those of the machine that the interpreter runs on.
type Options struct {
	// Config is alembic.ini or pyproject.toml, absolute or relative to the process's working directory.
	Config string
	// Section is the ini section, empty for "alembic".
	Section string
	// XArguments are the command line's -x arguments, "key=value".
	XArguments []string
	// OnStderr gets every line that the project's code prints, stdout and logging included. It may be nil. It is called
	// from one goroutine at a time.
	OnStderr func(line string)
}

// Hello is what the driver found.
type Hello struct {
	Python     string `json:"python"`
	Alembic    string `json:"alembic"`
	SQLAlchemy string `json:"sqlalchemy"`
	// Config is the file used, ScriptLocation and VersionLocations are absolute directories.
	Config           string   `json:"config"`
	ScriptLocation   string   `json:"script_location"`
	VersionLocations []string `json:"version_locations"`
	FileTemplate     string   `json:"file_template"`
	OutputEncoding   string   `json:"output_encoding"`
	// PostWriteHooks are the names of the project's hooks, which the driver never runs.
	PostWriteHooks []string `json:"post_write_hooks"`
}
