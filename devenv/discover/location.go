package discover

import (
	"path"
	"slices"
	"strings"
)

// resolves says whether the script directory of a candidate can be found at all.
func (s *stack) resolves(c candidate) bool {
	if len(c.holders) == 0 {
		_, _, ok := s.scriptDirectory(c.settings, "")
		return ok
	}
	return slices.ContainsFunc(c.holders, func(h string) bool {
		_, _, ok := s.scriptDirectory(c.settings, h)
		return ok
	})
}

// scriptDirectory finds the directory of env.py, as Alembic run in the service would, and the directory of the
// repository in which it must be run, empty where that makes no difference.
func (s *stack) scriptDirectory(c *settings, service string) (dir, workdir string, ok bool) {
	has := func(dir string) bool { return s.exists[path.Join(dir, "env.py")] }
	switch {
	case c.script == "":
		return "", "", false
	case strings.HasPrefix(c.script, hereMark):
		dir = path.Join(path.Dir(c.path), strings.TrimPrefix(c.script, hereMark))
		return dir, "", has(dir)
	case path.IsAbs(c.script):
		dir, ok = s.repositoryDir(service, c.script, has)
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

// workdirs returns the directories of the repository in which Alembic may be run, the likeliest first.
func (s *stack) workdirs(c *settings, service string) []string {
	var out []string
	add := func(dir string) {
		if !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if service != "" {
		for _, p := range []string{s.cfg.Migrations.Workdir, s.flagWorkdir(c, service)} {
			if dir, ok := s.repositoryDir(service, p, s.hasDir); ok && p != "" {
				add(dir)
			}
		}
		if s.cfg.Migrations.Workdir != "" && len(out) > 0 {
			return out
		}
	}
	add(path.Dir(c.path))
	if service != "" {
		if dir, ok := s.repositoryDir(service, s.workdir(service), s.hasDir); ok {
			add(dir)
		}
	}
	for dir := path.Dir(c.path); dir != "."; dir = path.Dir(dir) {
		add(path.Dir(dir))
	}
	return out
}

// flagWorkdir returns where the service runs Alembic, when its command line names the configuration by a relative
// path: the directory in the container from which that path leads to it.
func (s *stack) flagWorkdir(c *settings, service string) string {
	at := s.locate(service, c.path)
	if at.path == "" {
		return ""
	}
	for _, i := range s.invocations(service) {
		p := path.Clean(i.config)
		if dir, ok := strings.CutSuffix(at.path, "/"+p); ok && !path.IsAbs(p) {
			return path.Join("/", dir)
		}
	}
	return ""
}

// repositoryDir returns the directory of the repository that lies at a path of the service's container and passes.
func (s *stack) repositoryDir(service, inContainer string, pass func(dir string) bool) (string, bool) {
	if inContainer == "" || service == "" {
		return "", false
	}
	for _, dir := range s.directories() {
		if pass(dir) && s.directoryIn(service, dir) == path.Clean(inContainer) {
			return dir, true
		}
	}
	return "", false
}

// directoryIn returns where a directory of the repository lies in the service's container, empty when not known.
func (s *stack) directoryIn(service, dir string) string {
	// the name stands for any file in it; what a Dockerfile copies by pattern must look like Python
	if at := s.locate(service, path.Join(dir, "__any__.py")); at.path != "" {
		return path.Dir(at.path)
	}
	// a Dockerfile may copy the directory's files one by one
	for _, name := range s.probes(dir) {
		if parent, ok := strings.CutSuffix(s.locate(service, path.Join(dir, name)).path, "/"+name); ok {
			return path.Join("/", parent)
		}
	}
	return ""
}

// probes returns some files below a directory, by their names from there, those in it first. They are bounded, for a
// repository of 100,000 files.
func (s *stack) probes(dir string) []string {
	const bound = 100
	prefix := strings.TrimPrefix(dir+"/", "./")
	start, _ := slices.BinarySearch(s.paths, prefix)
	var direct, deeper []string
	for _, rel := range s.paths[start:] {
		name, below := strings.CutPrefix(rel, prefix)
		switch {
		case !below || len(direct) == bound:
			return append(direct, deeper...)
		case !strings.Contains(name, "/"):
			direct = append(direct, name)
		case len(deeper) < bound && !foreign(rel):
			deeper = append(deeper, name)
		}
	}
	return append(direct, deeper...)
}

// repositoryPath returns what lies at a path of the service's container, whether it exists or not.
func (s *stack) repositoryPath(service, inContainer string) (string, bool) {
	best, at := "", ""
	for _, dir := range s.directories() {
		if in := s.directoryIn(service, dir); in != "" && within(inContainer, in) && len(in) > len(at) {
			best, at = dir, in
		}
	}
	return path.Join(best, strings.TrimPrefix(path.Clean(inContainer), at)), at != ""
}

// directories returns every directory of the repository that has files below it, the root first.
func (s *stack) directories() []string {
	if s.dirs != nil {
		return s.dirs
	}
	seen := map[string]bool{".": true}
	s.dirs = []string{"."}
	for _, rel := range s.paths {
		if foreign(rel) {
			continue
		}
		for dir := path.Dir(rel); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			s.dirs = append(s.dirs, dir)
		}
	}
	slices.Sort(s.dirs)
	return s.dirs
}

// packageDir resolves "package.name:some:directory"; of several packages with that name the one nearest to the
// configuration counts.
func (s *stack) packageDir(c *settings, written string, pass func(string) bool) (string, bool) {
	parts := strings.Split(written, ":")
	tail := path.Join(append([]string{strings.ReplaceAll(parts[0], ".", "/")}, parts[1:]...)...)
	best := ""
	for _, dir := range s.directories() {
		if dir != tail && !strings.HasSuffix(dir, "/"+tail) || !pass(dir) {
			continue
		}
		if best == "" || common(dir, c.path) > common(best, c.path) {
			best = dir
		}
	}
	return best, best != ""
}

// common counts the leading directories that two paths share.
func common(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}
