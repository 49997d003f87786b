package tool

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/compose"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// Python's two messages for a missing module, of which the second is for a directory that lacks the file, and
// SQLAlchemy's for one of its own.
var (
	noModule   = regexp.MustCompile(`ModuleNotFoundError: No module named '([\w.]+)'`)
	notInside  = regexp.MustCompile(`ImportError: cannot import name '(\w+)' from '([\w.]+)' \(unknown location\)`)
	noGreenlet = regexp.MustCompile(`greenlet library is required|requires that the Python 'greenlet' library`)
)

// ExplainMissing adds a hint to a failure of the project's code that is caused by a missing module or setting: devenv
// works on trees without the files that git ignores, unless the configuration includes or generates them. The migration
// tool tells where the repository is in the container; it may be unknown.
func ExplainMissing(ctx context.Context, repo *gitrepo.Repo, t discover.MigrationTool, err error) error {
	if repo == nil || ctx.Err() != nil {
		return err
	}
	module := missingModule(err)
	if module == "" {
		return explainUnset(err)
	}
	ignored, listErr := repo.Ignored(ctx)
	if listErr != nil {
		return err // the failure itself matters more
	}
	files, listErr := repo.WorktreeFiles(ctx)
	if listErr != nil {
		files = nil // they are only for suggestions
	}
	if hint := hintFor(err, module, ignoredPath(repo.Root(), module, ignored), files, t); hint != "" {
		return report.Fail(report.KindOf(err), hint, "%w", err)
	}
	return err
}

// hintFor returns what to do about a failure's missing module, empty if that is not known better than it says itself.
func hintFor(err error, module, home string, files []string, t discover.MigrationTool) string {
	if home == "" && strings.Contains(report.HintOf(err), compose.BuildCommand) {
		return "" // how migrations run changes nothing for a build
	}
	if own := ownModule(module, files); own != "" && home == "" {
		dir := importedFrom(own, module, t)
		return "it is " + own + " in the repository: let migrations run in the directory that has it in the container, in .devenv.yaml:\n" +
			"    migrations: {workdir: " + dir + "}\nor name that directory: migrations: {env: {PYTHONPATH: " + dir + "}}"
	}
	return missingHint(module, home, generatorsFor(module, files))
}

// importedFrom returns the directory in the container from which a file of the repository is a module, judged by where
// the tool's configuration is in both; "/…" if that does not tell.
func importedFrom(file, module string, t discover.MigrationTool) string {
	dir := path.Dir(strings.TrimSuffix(file, "/__init__.py"))
	for range strings.Count(module, ".") {
		dir = path.Dir(dir)
	}
	below, ok := strings.CutPrefix("/"+t.Config, path.Join("/", dir))
	there, known := strings.CutSuffix(t.ConfigInContainer, path.Join("/", below))
	if t.Config == "" || !ok || !known || there == "" {
		return "/…"
	}
	return there
}

// ownModule returns the only file of the repository that is a module; empty if there is none, or several.
func ownModule(module string, files []string) string {
	var found []string
	name := strings.ReplaceAll(module, ".", "/")
	for _, file := range files {
		if p := "/" + file; strings.HasSuffix(p, "/"+name+".py") || strings.HasSuffix(p, "/"+name+"/__init__.py") {
			found = append(found, file)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// generatorsFor returns commands, run from the repository's root, that may generate a module: "cd gen &&
// ./make_proto.sh" for proto.api_pb2. It returns none if there are more than three, as most would be wrong.
func generatorsFor(module string, files []string) []string {
	first, _, _ := strings.Cut(module, ".")
	var commands []string
	for _, file := range files {
		dir, name := path.Split(file)
		if path.Ext(name) != ".sh" || !strings.Contains(strings.ToLower(name), strings.ToLower(first)) ||
			strings.ContainsAny(file, " '\"$\\") {
			continue
		}
		command := "./" + name
		if dir != "" {
			command = "cd " + strings.TrimSuffix(dir, "/") + " && " + command
		}
		commands = append(commands, command)
	}
	if len(commands) > 3 {
		return nil
	}
	return commands
}

// greenlet is the module on which SQLAlchemy's asyncio depends.
const greenlet = "greenlet"

// missingModule returns the module that a failure's message or output reports as missing; empty if it reports none.
func missingModule(err error) string {
	if err == nil {
		return ""
	}
	text := strings.Join(append(slices.Clone(report.OutputOf(err)), err.Error()), "\n")
	if m := noModule.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if m := notInside.FindStringSubmatch(text); m != nil {
		return m[2] + "." + m[1]
	}
	if noGreenlet.MatchString(text) {
		return greenlet
	}
	return ""
}

// ignoredPath returns the ignored file or directory of the working tree that contains a module; empty if none does.
func ignoredPath(root, module string, ignored []string) string {
	file := strings.ReplaceAll(module, ".", "/")
	for _, p := range ignored {
		if slices.Contains([]string{"site-packages", "node_modules"}, path.Base(p)) {
			continue
		}
		for _, name := range []string{file + ".py", file + "/__init__.py", file} {
			if at, ok := placeBelow(p, name); ok && exists(filepath.Join(root, filepath.FromSlash(at))) {
				return strings.TrimSuffix(p, "/")
			}
		}
	}
	return ""
}

// placeBelow returns the path of a name whose beginning, or all of it, matches the end of an ignored path: "src/gen/"
// and "gen/a.py" give "src/gen/a.py".
func placeBelow(ignored, name string) (string, bool) {
	parts := strings.Split(name, "/")
	for n := len(parts); n > 0; n-- {
		head := strings.Join(parts[:n], "/")
		if strings.HasSuffix("/"+strings.TrimSuffix(ignored, "/"), "/"+head) {
			return path.Join(ignored, strings.Join(parts[n:], "/")), true
		}
	}
	return "", false
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// missingHint returns what to do about a missing module; home is the ignored path in the working tree that contains it,
// and generators are commands that may generate it.
func missingHint(module, home string, generators []string) string {
	if module == "psycopg" || module == "psycopg2" {
		return "for postgresql:// SQLAlchemy takes psycopg from 2.1 on, and psycopg2 before: let the service's image have " + module +
			", keep SQLAlchemy where it was, or name the driver that is installed in the address, such as postgresql+psycopg2://"
	}
	if module == greenlet {
		return "SQLAlchemy's asyncio needs greenlet, which it no longer brings by itself from 2.1 on: let the service's image have " +
			"sqlalchemy[asyncio], or keep SQLAlchemy where it was"
	}
	command := "…"
	if len(generators) > 0 {
		command = strings.Join(generators, "\"] or [\"")
	}
	if home != "" {
		return "your working tree has it in " + home + ", which git ignores, and devenv leaves ignored files out; " +
			"in .devenv.yaml, name the command that generates it:\n" +
			"    prepare: [\"" + command + "\"]\n" +
			"or include the files as they are:\n    include: [\"" + home + "\"]"
	}
	return "if a command generates " + module + ", name it in .devenv.yaml:\n    prepare: [\"" + command + "\"]\n" +
		"if it needs PYTHONPATH, set that:\n    migrations: {env: {PYTHONPATH: src}}\n" +
		"if it is a dependency, the service's image lacks it: let the image install it\n" +
		"if another interpreter in the image has it, name that one:\n    migrations: {python: /path/to/python}"
}
