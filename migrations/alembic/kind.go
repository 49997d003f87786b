package alembic

import (
	"context"
	_ "embed"
	"path"
	"regexp"
	"slices"
	"strings"

	"devenv/migrations"
)

// Kind returns Alembic as one of the migration tools.
func Kind() migrations.Kind {
	return migrations.Kind{
		Name: "alembic", VersionTable: "alembic_version", VersionColumn: "version_num",
		Configurations: []string{"alembic*.ini"}, Files: Files{}, Starter: starter{},
	}
}

// starter starts the driver in a container of the project.
type starter struct{}

//go:embed interpreter.sh
var interpreterScript string

// Command finds the interpreter that runs the project's Alembic, and becomes the driver.
func (starter) Command() []string {
	return append([]string{"sh", "-c", interpreterScript, "devenv-driver"}, Command()...)
}

// Start starts the driver.
func (starter) Start(ctx context.Context, o migrations.StartOptions, p migrations.Process) (migrations.Tool, error) {
	driver, err := Start(ctx, Options{Config: o.Config, Section: o.Section, OnStderr: o.OnStderr}, p)
	if err != nil {
		return nil, err // and no tool that holds none
	}
	return driver, nil
}

// Files is how Alembic's revisions are written: one Python module for each.
type Files struct{}

// IsRevision reports whether a path is that of a module.
func (Files) IsRevision(p string) bool { return path.Ext(p) == ".py" && path.Base(p) != "__init__.py" }

// revisionLine is the line of a revision's file that names it.
var revisionLine = regexp.MustCompile(`(?m)^revision\s*(?::[^=\n]*)?=\s*['"]([^'"]+)['"]`)

// ID returns the revision that a file assigns.
func (Files) ID(_ string, content []byte) string {
	if m := revisionLine.FindSubmatch(content); m != nil {
		return string(m[1])
	}
	return ""
}

// DoSame reports whether two files differ only in blank lines and in lines of imports, of which the second has no new one: what a
// formatter that is run over the whole source does to them.
func (Files) DoSame(was, is string) bool {
	before, imports := importsApart(was)
	after, left := importsApart(is)
	return slices.Equal(before, after) && !slices.ContainsFunc(left, func(line string) bool { return !slices.Contains(imports, line) })
}

// importsApart returns a file's lines without blank ones and without the imports that stand at the start of a line, and these.
func importsApart(text string) (code, imports []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case line == "":
		case strings.HasPrefix(line, "import "), strings.HasPrefix(line, "from "):
			imports = append(imports, line)
		default:
			code = append(code, line)
		}
	}
	return code, imports
}
