package discover

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// thirdPartyDirs returns the directories that hold third-party code.
func thirdPartyDirs() []string {
	return []string{
		"node_modules", "site-packages", "dist-packages", "vendor", "vendored", "_vendor", "third_party", "third-party", ".venv",
		"venv", ".tox", ".nox", ".git", "__pycache__",
	}
}

// auxiliaryDirs returns directories of code that is not the application's, unless the Compose project is in one.
func auxiliaryDirs() []string {
	return []string{
		"test", "tests", "testing", "testdata", "fixtures", "example", "examples", "sample", "samples", "demo", "demos",
		"doc", "docs", "template", "templates", "cookiecutter", "benchmarks", "e2e", "integration_tests", "archive", "legacy",
	}
}

// thirdParty reports whether a path is in third-party code.
func thirdParty(rel string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(rel), "/"), func(dir string) bool {
		return slices.Contains(thirdPartyDirs(), strings.ToLower(dir)) || strings.Contains(dir, "{{")
	})
}

// search finds the application's Alembic configuration.
type search struct{ *finder }

// all returns every Alembic configuration in the repository, except in third-party code.
func (s search) all() ([]*settings, error) {
	byDir := map[string]*settings{}
	var out []*settings
	for _, rel := range s.files.paths {
		base := path.Base(rel)
		if thirdParty(rel) || (path.Ext(base) != ".ini" && base != "pyproject.toml" && base != "setup.cfg") {
			continue
		}
		found, err := s.readSettings(rel)
		if err != nil && s.files.auxiliary(rel) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			continue
		}
		// Next to an alembic.ini, pyproject.toml may hold the rest; the file with script_location wins.
		if sibling := byDir[path.Dir(rel)]; sibling != nil && (base == "pyproject.toml" || path.Base(sibling.path) == "pyproject.toml") {
			if !sibling.hasScriptOption && found[0].hasScriptOption {
				*sibling = *found[0]
			}
			continue
		}
		for _, one := range found {
			if one.flask = s.flask(one); one.flask {
				one.script = hereMark
			}
		}
		byDir[path.Dir(rel)] = found[0]
		out = append(out, found...)
	}
	return out, nil
}

// candidate is an Alembic configuration and the services that contain it.
type candidate struct {
	*settings
	holders []string
}

// narrow keeps the candidates that pass, or all of them if none does.
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

// choose returns the application's Alembic configuration and the services that contain it.
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
	same := s.sameScripts(candidates)
	if same {
		candidates = s.usual(candidates)
	}
	candidates = s.siftSections(candidates)
	if len(candidates) > 1 {
		return candidate{}, s.ask(candidates)
	}
	if c := candidates[0]; len(c.holders) == 0 && s.files.auxiliary(c.path) {
		if err := s.otherTools(); err != nil {
			return candidate{}, err
		}
		return candidate{}, s.answers.ask(lines("migrations: {config: %s, service: NAME}", []string{s.answers.written(c.path)}),
			"find the migrations: %s configures Alembic, but it is outside the application and in no service's container",
			s.answers.written(c.path))
	}
	from := "the only Alembic configuration"
	switch {
	case len(all) > 1 && same:
		from = "of " + numberWord(len(all)) + " Alembic configurations of the same scripts, the one that is read where they run"
	case len(all) > 1:
		from = "the only one of " + numberWord(len(all)) + " Alembic configurations that a service of the project runs"
	}
	s.answers.note("alembic configuration", candidates[0].name(), "%s", from)
	return candidates[0], nil
}

// name returns the file, followed by its section if that is not Alembic's default.
func (c *settings) name() string {
	if c.section == "" {
		return c.path
	}
	return c.path + " [" + c.section + "]"
}

// ask asks which of several configurations to use.
func (s search) ask(candidates []candidate) error {
	sections := slices.ContainsFunc(candidates,
		func(c candidate) bool { return c.path == candidates[0].path && c.section != candidates[0].section })
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
	return s.answers.ask(written, "find the migrations: %s each configure Alembic, and nothing says which one to use", listing(names))
}

// sift drops unlikely candidates, one reason at a time, as long as one is left.
func (s search) sift(all []candidate) []candidate {
	all = narrow(all, func(c candidate) bool { return c.hasScriptOption })
	all = narrow(all, func(c candidate) bool { return !s.files.auxiliary(c.path) })
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
	return all
}

// sameScripts reports whether all of several configurations, each in a container, are for the same scripts.
func (s search) sameScripts(all []candidate) bool {
	var dirs []string
	for _, c := range all {
		if len(c.holders) == 0 || c.path == all[0].path && c.section != all[0].section {
			return false
		}
		for _, h := range c.holders {
			dir, _, _ := s.scripts.directory(c.settings, h)
			dirs = append(dirs, dir)
		}
	}
	return len(all) > 1 && dirs[0] != "" && len(slices.Compact(dirs)) == 1
}

// usual keeps the candidates that Flask-Migrate reads, or else that Alembic reads where its service starts.
func (s search) usual(all []candidate) []candidate {
	all = narrow(all, func(c candidate) bool { return c.flask })
	return narrow(all, func(c candidate) bool {
		return slices.ContainsFunc(c.holders, func(h string) bool {
			return s.commands.reads(invocation{dir: s.images.workdir(h)}, h, c.path)
		})
	})
}

// resolves reports whether a candidate's script directory can be found at all.
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

// siftSections drops the sections of a file that neither the configuration nor the services select. Sections with the
// same scripts differ only in their database; of those, Alembic's default section wins.
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

// configured returns the configuration that .devenv.yaml names.
func (s search) configured() (candidate, error) {
	const key = "migrations.config"
	rel := s.cfg.Path(s.cfg.Migrations.Config)
	if !s.files.exists[rel] {
		return candidate{}, s.cfg.Problem(key, "correct the path; or, if git ignores the file, add it to git or to `include`", "%s: the repository has no file %s", key, rel)
	}
	found, err := s.readSettings(rel)
	if err != nil {
		return candidate{}, err
	}
	if len(found) == 0 {
		return candidate{}, s.cfg.Problem(key, "",
			"%s: %s does not configure Alembic (no [alembic], or [tool.alembic] in pyproject.toml)", key,
			rel)
	}
	var candidates []candidate
	for _, c := range found {
		candidates = append(candidates, candidate{settings: c, holders: s.holders(rel)})
	}
	if candidates = s.siftSections(candidates); len(candidates) > 1 {
		return candidate{}, s.ask(candidates)
	}
	if written := s.cfg.Migrations.Section; written != "" && cmp.Or(candidates[0].section, defaultSection) != written {
		return candidate{}, s.cfg.Problem("migrations.section", "",
			"migrations.section: %s has no section [%s] that configures Alembic", rel,
			written)
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
