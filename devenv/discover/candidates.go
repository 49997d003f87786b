package discover

import (
	"path"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// foreignDirs hold other people's code.
func foreignDirs() []string {
	return []string{"node_modules", "site-packages", "dist-packages", "vendor", "vendored", "_vendor", "third_party", "third-party", ".venv", "venv", ".tox", ".nox", ".git", "__pycache__"}
}

// sideDirs hold code that is beside the application, unless the Compose project lies in one.
func sideDirs() []string {
	return []string{
		"test", "tests", "testing", "testdata", "fixtures", "example", "examples", "sample", "samples", "demo", "demos",
		"doc", "docs", "template", "templates", "cookiecutter", "benchmarks", "e2e", "integration_tests", "archive", "legacy",
	}
}

// foreign says whether a path lies in other people's code.
func foreign(rel string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(rel), "/"), func(dir string) bool {
		return slices.Contains(foreignDirs(), strings.ToLower(dir)) || strings.Contains(dir, "{{")
	})
}

// beside says whether a path lies beside the application, as seen from the Compose project's directory.
func (s *stack) beside(rel string) bool {
	dir := path.Dir(rel)
	if home, ok := s.relative(s.project.WorkingDir); ok && home != "." && within(dir, home) {
		dir = strings.TrimPrefix(dir, home)
	}
	return slices.ContainsFunc(strings.Split(dir, "/"), func(name string) bool { return slices.Contains(sideDirs(), strings.ToLower(name)) })
}

// configurations returns every configuration of Alembic in the repository but those in foreign code.
func (s *stack) configurations() ([]*settings, error) {
	byDir := map[string]*settings{}
	var out []*settings
	for _, rel := range s.paths {
		base := path.Base(rel)
		if foreign(rel) || (path.Ext(base) != ".ini" && base != "pyproject.toml" && base != "setup.cfg") {
			continue
		}
		found, err := s.readSettings(rel)
		if err != nil && s.beside(rel) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if found == nil {
			continue
		}
		// beside an alembic.ini, pyproject.toml holds what the other lacks; the one with script_location counts
		if twin := byDir[path.Dir(rel)]; twin != nil && (base == "pyproject.toml" || path.Base(twin.path) == "pyproject.toml") {
			if !twin.hasScriptOption && found.hasScriptOption {
				*twin = *found
			}
			continue
		}
		byDir[path.Dir(rel)] = found
		out = append(out, found)
	}
	return out, nil
}

// candidate is a configuration of Alembic and the services that hold it.
type candidate struct {
	*settings
	holders []string
}

// narrow keeps those that pass, unless none does.
func narrow(all []candidate, pass func(candidate) bool) []candidate {
	var kept []candidate
	for _, c := range all {
		if pass(c) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return all
	}
	return kept
}

// configuration decides which configuration of Alembic is the application's, and who holds it.
func (s *stack) configuration() (candidate, error) {
	if s.cfg.Migrations.Config != "" {
		return s.configured()
	}
	all, err := s.configurations()
	if err != nil {
		return candidate{}, err
	}
	var candidates []candidate
	for _, c := range all {
		candidates = append(candidates, candidate{settings: c, holders: s.holders(c.path)})
	}
	if len(candidates) == 0 {
		return candidate{}, s.noAlembic()
	}
	candidates = s.sift(candidates)
	var paths []string
	for _, c := range candidates {
		paths = append(paths, s.written(c.path))
	}
	if len(candidates) > 1 {
		return candidate{}, s.ask(lines("migrations: {config: %s}", paths), "find the migrations: %s each configure Alembic, and nothing says which one is meant", listing(paths))
	}
	if c := candidates[0]; len(c.holders) == 0 && s.beside(c.path) {
		return candidate{}, s.ask(lines("migrations: {config: %s, service: NAME}", paths),
			"find the migrations: %s configures Alembic, but lies beside the application and in no service's container", paths[0])
	}
	from := "the only configuration of Alembic"
	if len(all) > 1 {
		from = "the only one of " + numberWord(len(all)) + " configurations of Alembic that a service of the project runs"
	}
	s.note("alembic configuration", candidates[0].path, "%s", from)
	return candidates[0], nil
}

// sift drops what cannot be meant, one reason after the other, as long as something is left.
func (s *stack) sift(all []candidate) []candidate {
	all = narrow(all, func(c candidate) bool { return c.hasScriptOption })
	all = narrow(all, func(c candidate) bool { return !s.beside(c.path) })
	all = narrow(all, func(c candidate) bool { return len(c.holders) > 0 })
	all = narrow(all, func(c candidate) bool { return s.resolves(c) })
	databases, _ := s.databases()
	if s.cfg.Database.Service != "" {
		databases = []string{s.cfg.Database.Service}
	}
	all = narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool { return s.usesAny(h, databases) })
	})
	if service := s.cfg.Migrations.Service; service != "" {
		all = narrow(all, func(c candidate) bool { return slices.Contains(c.holders, service) })
	}
	return narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool { return namesConfig(s.program(h), c.path) })
	})
}

func (s *stack) usesAny(service string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool {
		yes, _ := s.uses(service, other)
		return yes
	})
}

// namesConfig says whether a command line runs Alembic with that file by -c.
func namesConfig(program, rel string) bool {
	for _, match := range configFlag.FindAllStringSubmatch(program, -1) {
		if p := path.Clean(strings.Trim(match[1], `"'`)); p == rel || strings.HasSuffix(rel, "/"+p) || strings.HasSuffix(p, "/"+rel) {
			return true
		}
	}
	return false
}

// configured takes the configuration that .devenv.yaml names.
func (s *stack) configured() (candidate, error) {
	const key = "migrations.config"
	rel := s.cfg.Path(s.cfg.Migrations.Config)
	if !s.exists[rel] {
		return candidate{}, s.cfg.Problem(key, "git must know the file, or `include` must name it", "%s: the repository has no file %s", key, rel)
	}
	found, err := s.readSettings(rel)
	if err != nil {
		return candidate{}, err
	}
	if found == nil {
		return candidate{}, s.cfg.Problem(key, "", "%s: %s holds no configuration of Alembic ([alembic], or [tool.alembic] in pyproject.toml)", key, rel)
	}
	s.note("alembic configuration", rel, "%s in the configuration", key)
	return candidate{settings: found, holders: s.holders(rel)}, nil
}

// noAlembic says what there is instead.
func (s *stack) noAlembic() error {
	if tool, from := s.otherTool(); tool != "" {
		return report.Fail(report.KindUsage, "devenv works with Alembic; if the project uses it as well, name its configuration in .devenv.yaml: migrations: {config: path/to/alembic.ini}",
			"find the migrations: %s means %s, which is not supported yet", from, tool)
	}
	var locations []string
	for _, rel := range s.paths {
		if path.Base(rel) != "env.py" || foreign(rel) || s.beside(rel) {
			continue
		}
		if content, err := s.repo.Read(rel); err == nil && strings.Contains(string(content), "alembic") {
			locations = append(locations, path.Dir(rel))
		}
	}
	if len(locations) > 0 {
		return report.Fail(report.KindUsage, "add an alembic.ini:\n  [alembic]\n  script_location = %(here)s/"+locations[0],
			"find the migrations: %s is a script directory of Alembic, but no alembic.ini and no [tool.alembic] in a pyproject.toml names it", locations[0])
	}
	return s.ask([]string{"migrations: {config: path/to/alembic.ini}"},
		"find the migrations: the repository has no alembic.ini and no pyproject.toml with [tool.alembic]; files that git ignores do not count")
}

func numberWord(n int) string {
	if n == 2 {
		return "two"
	}
	return "several"
}
