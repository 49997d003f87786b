package alembic

import (
	"context"
	_ "embed"
	"path"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/report"
	"devenv/migrations"
)

// Kind returns the description of Alembic as a migration tool.
func Kind() migrations.Kind {
	return migrations.Kind{
		Name: "alembic", VersionTable: "alembic_version", VersionColumn: "version_num",
		Configurations: []string{"alembic*.ini"},
		Packages:       []string{"*requirements*.txt", "pyproject.toml", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile", "Pipfile.lock", "setup.cfg"},
		Files:          Files{}, Models: Models{}, Starter: starter{},
	}
}

// starter starts the driver in one of the project's containers.
type starter struct{}

// The script chooses interpreters, and each tells by the code whether it is the one.
var (
	//go:embed interpreter.sh
	interpreterScript string
	//go:embed interpreter.py
	interpreterCode string
)

// Command returns a command that finds the interpreter of the project's Alembic and runs the driver with it.
func (starter) Command() []string { return findInterpreter(bootstrap) }

// findInterpreter returns a command that finds the interpreter and runs code with it.
func findInterpreter(code string) []string {
	return []string{"sh", "-c", interpreterScript, "devenv-driver", interpreterScript, interpreterCode + code}
}

// Start starts the driver.
func (starter) Start(ctx context.Context, o migrations.StartOptions, p migrations.Process) (migrations.Tool, error) {
	driver, err := Start(ctx, optionsOf(o), p)
	if err != nil {
		return nil, explainInterpreter(err) // not driver: a nil *Driver would make the Tool non-nil
	}
	return driver, nil
}

func optionsOf(o migrations.StartOptions) Options {
	return Options{
		Config: o.Config, Section: o.Section, OnStderr: o.OnStderr, Explain: o.Explain, OnPlace: o.OnPlace, Resumable: o.Resumable,
	}
}

// explainInterpreter says what to do if the script found no interpreter for Alembic.
func explainInterpreter(err error) error {
	if report.IsMachine(err) { // an interpreter that was ended shows nothing
		return err
	}
	const name = "or name another interpreter in .devenv.yaml:\n    migrations: {python: /path/to/python}"
	output := report.OutputOf(err)
	for _, line := range output {
		if python, ok := strings.CutPrefix(line, "importing alembic fails with "); ok {
			return report.Fail(report.KindWork, "try it in the container of that service: "+python+" -c 'import alembic.config'\n"+name,
				"Alembic is installed, but %s cannot import it: %w", python, err).WithOutput(output)
		}
		if strings.HasPrefix(line, "no Python interpreter with alembic") {
			return report.Fail(report.KindUsage, "install alembic in the image of that service, "+name, "%s: %w", line, err)
		}
	}
	return err
}

// Files reads and edits Alembic's revision files, each of which is a Python module.
type Files struct{}

// IsRevision reports whether a path names a Python module.
func (Files) IsRevision(p string) bool { return path.Ext(p) == ".py" && path.Base(p) != "__init__.py" }

// revisionLine matches the assignment of the revision's id.
var revisionLine = regexp.MustCompile(`(?m)^revision\s*(?::[^=\n]*)?=\s*['"]([^'"]+)['"]`)

// ID returns the id that a file assigns to revision, or "".
func (Files) ID(_ string, content []byte) string {
	if m := revisionLine.FindSubmatch(content); m != nil {
		return string(m[1])
	}
	return ""
}

// SameCode reports whether two files differ only in blank lines and in moved or removed import lines: the changes
// that a formatter makes when it runs over the whole source tree.
func (Files) SameCode(was, is string) bool {
	before, imports := splitImports(was)
	after, left := splitImports(is)
	return slices.Equal(before, after) && !slices.ContainsFunc(left, func(line string) bool { return !slices.Contains(imports, line) })
}

// splitImports returns a file's lines of code, without blank lines, and its unindented import lines.
func splitImports(text string) (code, imports []string) {
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
