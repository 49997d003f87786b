package discover

import (
	"cmp"
	"path"
	"slices"
	"strings"
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

// search is for the configuration of Alembic that is the application's.
type search struct{ *stack }

// all returns every configuration of Alembic in the repository but those in foreign code.
func (s search) all() ([]*settings, error) {
	byDir := map[string]*settings{}
	var out []*settings
	for _, rel := range s.files.paths {
		base := path.Base(rel)
		if foreign(rel) || (path.Ext(base) != ".ini" && base != "pyproject.toml" && base != "setup.cfg") {
			continue
		}
		found, err := s.readSettings(rel)
		if err != nil && s.files.beside(rel) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			continue
		}
		// beside an alembic.ini, pyproject.toml holds what the other lacks; the one with script_location counts
		if twin := byDir[path.Dir(rel)]; twin != nil && (base == "pyproject.toml" || path.Base(twin.path) == "pyproject.toml") {
			if !twin.hasScriptOption && found[0].hasScriptOption {
				*twin = *found[0]
			}
			continue
		}
		byDir[path.Dir(rel)] = found[0]
		out = append(out, found...)
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

// choose decides which configuration of Alembic is the application's, and who holds it.
func (s search) choose() (candidate, error) {
	if s.cfg.Migrations.Config != "" {
		return s.configured()
	}
	all, err := s.all()
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
	if len(candidates) > 1 {
		return candidate{}, s.ask(candidates)
	}
	if c := candidates[0]; len(c.holders) == 0 && s.files.beside(c.path) {
		return candidate{}, s.answers.ask(lines("migrations: {config: %s, service: NAME}", []string{s.answers.written(c.path)}),
			"find the migrations: %s configures Alembic, but lies beside the application and in no service's container", s.answers.written(c.path))
	}
	from := "the only configuration of Alembic"
	if len(all) > 1 {
		from = "the only one of " + numberWord(len(all)) + " configurations of Alembic that a service of the project runs"
	}
	s.answers.note("alembic configuration", candidates[0].name(), "%s", from)
	return candidates[0], nil
}

// name is the file, and its section if that is not Alembic's own.
func (c *settings) name() string {
	if c.section == "" {
		return c.path
	}
	return c.path + " [" + c.section + "]"
}

// ask asks which of several configurations is meant.
func (s search) ask(candidates []candidate) error {
	sections := slices.ContainsFunc(candidates, func(c candidate) bool { return c.path == candidates[0].path && c.section != candidates[0].section })
	var names, written []string
	for _, c := range candidates {
		line := "migrations: {config: " + s.answers.written(c.path) + "}"
		if sections {
			section := cmp.Or(c.section, defaultSection)
			line = "migrations: {config: " + s.answers.written(c.path) + ", section: " + section + "}"
			names = append(names, s.answers.written(c.path)+" ["+section+"]")
		} else {
			names = append(names, s.answers.written(c.path))
		}
		written = append(written, line)
	}
	return s.answers.ask(written, "find the migrations: %s each configure Alembic, and nothing says which one is meant", listing(names))
}

// sift drops what cannot be meant, one reason after the other, as long as something is left.
func (s search) sift(all []candidate) []candidate {
	all = narrow(all, func(c candidate) bool { return c.hasScriptOption })
	all = narrow(all, func(c candidate) bool { return !s.files.beside(c.path) })
	all = narrow(all, func(c candidate) bool { return len(c.holders) > 0 })
	all = narrow(all, s.resolves)
	databases, _ := s.databases.all()
	if s.cfg.Database.Service != "" {
		databases = []string{s.cfg.Database.Service}
	}
	all = narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool { return s.services.usesAny(h, databases) })
	})
	if service := s.cfg.Migrations.Service; service != "" {
		all = narrow(all, func(c candidate) bool { return slices.Contains(c.holders, service) })
	}
	all = narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool { return s.commands.runs(h, c.settings, false) })
	})
	return s.siftSections(all)
}

// resolves says whether the script directory of a candidate can be found at all.
func (s search) resolves(c candidate) bool {
	if len(c.holders) == 0 {
		_, _, ok := s.scripts.directory(c.settings, "")
		return ok
	}
	return slices.ContainsFunc(c.holders, func(h string) bool {
		_, _, ok := s.scripts.directory(c.settings, h)
		return ok
	})
}

// siftSections drops sections of a file that are not meant: by the configuration, by what the services run. Sections with
// the same scripts differ in their database only, and Alembic's own goes first.
func (s search) siftSections(all []candidate) []candidate {
	if written := s.cfg.Migrations.Section; written != "" {
		return narrow(all, func(c candidate) bool { return cmp.Or(c.section, defaultSection) == written })
	}
	all = narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool { return s.commands.runs(h, c.settings, true) })
	})
	same := func(c candidate) bool { return c.path == all[0].path && c.script == all[0].script }
	if !slices.ContainsFunc(all, func(c candidate) bool { return !same(c) }) {
		return narrow(all, func(c candidate) bool { return c.section == "" })
	}
	return all
}

// configured takes the configuration that .devenv.yaml names.
func (s search) configured() (candidate, error) {
	const key = "migrations.config"
	rel := s.cfg.Path(s.cfg.Migrations.Config)
	if !s.files.exists[rel] {
		return candidate{}, s.cfg.Problem(key, "git must know the file, or `include` must name it", "%s: the repository has no file %s", key, rel)
	}
	found, err := s.readSettings(rel)
	if err != nil {
		return candidate{}, err
	}
	if len(found) == 0 {
		return candidate{}, s.cfg.Problem(key, "", "%s: %s holds no configuration of Alembic ([alembic], or [tool.alembic] in pyproject.toml)", key, rel)
	}
	var candidates []candidate
	for _, c := range found {
		candidates = append(candidates, candidate{settings: c, holders: s.holders(rel)})
	}
	if candidates = s.siftSections(candidates); len(candidates) > 1 {
		return candidate{}, s.ask(candidates)
	}
	if written := s.cfg.Migrations.Section; written != "" && cmp.Or(candidates[0].section, defaultSection) != written {
		return candidate{}, s.cfg.Problem("migrations.section", "", "migrations.section: %s has no section [%s] that configures Alembic", rel, written)
	}
	s.answers.note("alembic configuration", candidates[0].name(), "%s in the configuration", key)
	return candidates[0], nil
}

func numberWord(n int) string {
	if n == 2 {
		return "two"
	}
	return "several"
}
