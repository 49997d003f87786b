package discover

import (
	"path"
	"slices"
	"strings"
)

// scripts finds the directories of Alembic's scripts, both as the configuration writes them and as Alembic resolves
// them.
type scripts struct {
	files     *files
	images    *images
	locations *locations
	commands  *commands
	workdir   string // as configured, in the container
}

// directory returns the directory of env.py as Alembic in the service would find it, and the directory of the
// repository in which to run it, empty if that makes no difference.
func (s scripts) directory(c *settings, service string) (dir, workdir string, ok bool) {
	has := func(dir string) bool { return s.files.exists[path.Join(dir, "env.py")] }
	switch {
	case c.script == "":
		return "", "", false
	case strings.HasPrefix(c.script, hereMark):
		dir = path.Join(path.Dir(c.path), strings.TrimPrefix(c.script, hereMark))
		return dir, "", has(dir)
	case path.IsAbs(c.script):
		dir, ok = s.locations.repositoryDir(service, c.script, has)
		return dir, "", ok
	case strings.Contains(c.script, ":"):
		dir, ok = s.packageDir(c, c.script, has)
		return dir, "", ok
	}
	for _, workdir := range s.workdirs(c, service) {
		if dir := path.Join(workdir, c.script); has(dir) {
			return dir, workdir, true
		}
	}
	return "", "", false
}

// workdirs returns the directories of the repository in which Alembic may run, likeliest first.
func (s scripts) workdirs(c *settings, service string) []string {
	var out []string
	add := func(dir string) {
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if service != "" {
		for _, p := range []string{s.workdir, s.commands.flagWorkdir(c, service)} {
			if dir, ok := s.locations.repositoryDir(service, p, s.files.hasDir); ok && p != "" {
				add(dir)
			}
		}
		if s.workdir != "" && len(out) > 0 {
			return out
		}
	}
	add(path.Dir(c.path))
	if service != "" {
		if dir, ok := s.locations.repositoryDir(service, s.images.workdir(service), s.files.hasDir); ok {
			add(dir)
		}
	}
	for dir := path.Dir(c.path); dir != "."; dir = path.Dir(dir) {
		add(path.Dir(dir))
	}
	return out
}

// packageDir resolves "package.name:some:directory". If several packages have that name, it takes the one nearest to
// the configuration.
func (s scripts) packageDir(c *settings, written string, pass func(string) bool) (string, bool) {
	parts := strings.Split(written, ":")
	tail := path.Join(append([]string{strings.ReplaceAll(parts[0], ".", "/")}, parts[1:]...)...)
	best := ""
	for _, dir := range s.files.directories() {
		if dir != tail && !strings.HasSuffix(dir, "/"+tail) || !pass(dir) {
			continue
		}
		if best == "" || common(dir, c.path) > common(best, c.path) {
			best = dir
		}
	}
	return best, best != ""
}

// common returns the number of leading directories that two paths share.
func common(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}

// flask reports whether a configuration is Flask-Migrate's: env.py is beside it, and asks Flask for the application.
// Whatever it says of where the scripts are, Flask-Migrate takes its directory.
func (s search) flask(c *settings) bool {
	env := path.Join(path.Dir(c.path), "env.py")
	return s.files.exists[env] && s.files.holds(env, "current_app")
}

// scriptDirectories returns the directories of Alembic's scripts that are the application's own.
func (s search) scriptDirectories() []string {
	var out []string
	for _, rel := range s.files.paths {
		if path.Base(rel) == "env.py" && !thirdParty(rel) && !s.files.auxiliary(rel) && s.files.holds(rel, "alembic") {
			out = append(out, path.Dir(rel))
		}
	}
	return out
}
