package discover

import (
	"cmp"
	"path"
	"strings"

	"devenv/devenv/config"
	"devenv/devenv/report"
	"devenv/migrations/alembic"
)

// layout finds the migration tool's files.
type layout struct{ *finder }

// tool returns where the migration tool's files are, in the repository and in the service's container.
func (l layout) tool(c candidate, service string) (MigrationTool, error) {
	written := l.cfg.Migrations
	at := l.locations.locate(service, c.path)
	t := MigrationTool{
		Kind: alembic.Kind(), Service: service, Config: c.path, Section: c.section, ConfigInContainer: at.path,
		Python: written.Python, Env: written.Env, PerBranch: written.PerBranch, FileTemplate: c.fileTemplate, Recursive: c.recursive,
		PrependSysPath: strings.ReplaceAll(c.prependSysPath, hereMark, "%(here)s"),
	}
	if t.PerBranch == "" {
		t.PerBranch = config.PerBranchOne
	}
	dir, runIn, ok := l.scripts.directory(c.settings, service)
	if !ok {
		return t, l.noScripts(c, service)
	}
	if env := path.Join(dir, "env.py"); c.flask && l.files.holds(env, "bind_names") {
		return t, report.Fail(report.KindUsage, "", "find the migrations: %s migrates several databases (SQLALCHEMY_BINDS), and devenv "+
			"supports one", env)
	}
	t.ScriptLocation, t.ScriptLocationInContainer = dir, l.locations.directoryIn(service, dir)
	t.Workdir = l.workdir(c, service, runIn)
	if t.Versions = l.scripts.versionDirs(c.settings, service, dir, runIn); len(t.Versions) == 0 {
		return t, report.Fail(report.KindUsage, "name a directory of the repository, or remove version_locations to use "+path.Join(dir,
			"versions"),
			"read %s: version_locations names no directory of the repository", c.path)
	}
	for _, v := range t.Versions {
		t.VersionsInContainer = append(t.VersionsInContainer, l.locations.directoryIn(service, v))
	}
	l.answers.note("migrations", strings.Join(t.Versions, ", "), "%s", c.path)
	if at.path != "" {
		l.answers.note("alembic in container", at.path, "%s", at.how)
	}
	if t.Workdir != "" {
		l.answers.note("alembic's working directory", t.Workdir, "%s", l.workdirReason(c, runIn))
	}
	return t, nil
}

func (l layout) workdirReason(c candidate, runIn string) string {
	switch {
	case l.cfg.Migrations.Workdir != "":
		return "migrations.workdir in the configuration"
	case runIn != "":
		return "script_location is relative to it"
	case c.flask:
		return "the service runs flask db there"
	}
	return "the configuration's directory, or the one where the service runs alembic"
}

// workdir returns the directory in the container in which to run alembic.
func (l layout) workdir(c candidate, service, runIn string) string {
	if dir := l.cfg.Migrations.Workdir; dir != "" {
		return dir
	}
	at := l.locations.locate(service, c.path)
	if c.flask { // flask finds the application from where it runs
		return l.commands.callDir(c.settings, service)
	}
	switch flag := l.commands.flagWorkdir(c.settings, service); {
	case runIn != "" && runIn != path.Dir(c.path):
		return l.locations.directoryIn(service, runIn)
	case flag != "":
		return flag
	case at.path != "":
		return path.Dir(at.path)
	}
	return ""
}

// versionDirs returns the directories of the revisions. They need not exist, because git does not keep empty ones.
func (s scripts) versionDirs(c *settings, service, script, runIn string) []string {
	if len(c.versions) == 0 {
		return []string{path.Join(script, "versions")}
	}
	if runIn == "" {
		runIn = path.Dir(c.path)
	}
	var out []string
	for _, written := range c.versions {
		dir := path.Join(runIn, written)
		switch {
		case strings.HasPrefix(written, hereMark):
			dir = path.Join(path.Dir(c.path), strings.TrimPrefix(written, hereMark))
		case path.IsAbs(written):
			known, ok := s.locations.repositoryPath(service, written)
			if !ok {
				continue // an installed package's revisions
			}
			dir = known
		case strings.Contains(written, ":"):
			if known, ok := s.packageDir(c, written, s.files.hasDir); ok {
				dir = known
			}
		}
		out = append(out, dir)
	}
	return out
}

// setElsewhere returns the failure for a configuration in a directory of scripts that does not say so itself.
func (l layout) setElsewhere(c candidate) *report.Failure {
	return report.Fail(report.KindUsage, "add to its [alembic] section: script_location = %(here)s",
		"read %s: it has no script_location; the program that runs Alembic sets it, and devenv runs Alembic itself", c.path)
}

// noScripts returns the failure for a script_location that leads nowhere.
func (l layout) noScripts(c candidate, service string) *report.Failure {
	if !c.hasScriptOption {
		if l.files.exists[path.Join(path.Dir(c.path), "env.py")] {
			return l.setElsewhere(c)
		}
		return report.Fail(report.KindUsage, "add it to the ["+cmp.Or(c.section, defaultSection)+"] section",
			"read %s: it has no script_location", c.path)
	}
	written := strings.ReplaceAll(c.script, hereMark, "%(here)s")
	hint := "name a directory that contains env.py"
	var tried []string
	if !strings.HasPrefix(c.script, hereMark) && !path.IsAbs(c.script) && !strings.Contains(c.script, ":") {
		for _, dir := range l.scripts.workdirs(c.settings, service) {
			tried = append(tried, path.Join(dir, c.script))
		}
		hint += "; it is relative to alembic's working directory, which .devenv.yaml can set: migrations: {workdir: /path/in/the/container}"
	} else if strings.HasPrefix(c.script, hereMark) {
		tried = []string{path.Join(path.Dir(c.path), strings.TrimPrefix(c.script, hereMark))}
	}
	text := "the repository has no directory with an env.py there"
	if len(tried) > 0 {
		text = "there is no env.py in " + strings.Join(tried, " or ")
	}
	if l.files.exists[path.Join(path.Dir(c.path), "env.py")] {
		text += "; there is one beside the file"
		hint = "if that is the one, write: script_location = %(here)s; a program of the project may set the directory, but devenv runs " +
			"Alembic itself"
	}
	return report.Fail(report.KindUsage, hint, "%s:%d: script_location %q: %s", c.path, c.line, written, text)
}
