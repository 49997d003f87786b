package discover

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/config"
	"devenv/devenv/report"
)

// holders returns the services whose container holds a file of the repository, but databases.
func (s *stack) holders(rel string) []string {
	var out []string
	for _, name := range s.names() {
		if database, _ := s.runsPostgres(name); !database && s.locate(name, rel).held {
			out = append(out, name)
		}
	}
	return out
}

// migrationsService decides which of the services that hold the configuration runs the tool.
func (s *stack) migrationsService(c candidate, database string) (string, error) {
	const key = "migrations.service"
	if name := s.cfg.Migrations.Service; name != "" {
		if err := s.named(key, name); err != nil {
			return "", err
		}
		s.note("migrations service", name, "%s in the configuration", key)
		return name, nil
	}
	if len(c.holders) == 0 {
		return "", s.noHolder(c)
	}
	left, why := slices.Clone(c.holders), []string{"it holds " + c.path}
	for _, reason := range []struct {
		text string
		pass func(string) bool
	}{
		{"it uses " + database, func(n string) bool { yes, _ := s.uses(n, database); return yes }},
		{"it runs alembic", s.migrates},
		{"it is the backend", func(n string) bool { return n == s.cfg.Backend.Service }},
		{"it names alembic", func(n string) bool { return strings.Contains(s.program(n), "alembic") }},
		{"it is built here", func(n string) bool { return s.service(n).Build != nil }},
		{"it runs on and is no worker", func(n string) bool { once, _ := s.oneShot(n); return !once && !s.worker(n) }},
		{"it has a port or a healthcheck", s.serves},
	} {
		if kept := filter(left, reason.pass); len(kept) > 0 && len(kept) < len(left) {
			left, why = kept, append(why, reason.text)
		}
	}
	if len(left) > 1 && s.alike(left) {
		return "", s.askBackend(left)
	}
	if len(left) > 1 {
		return "", s.ask(lines("migrations: {service: %s}", left), "find the migrations: the services %s all hold %s, and nothing says which one runs it", listing(left), c.path)
	}
	s.note("migrations service", left[0], "%s", strings.Join(why, ", "))
	return left[0], nil
}

// alike says whether services are made from the same code, so that any of them could run the tool.
func (s *stack) alike(names []string) bool {
	return len(filter(names, func(n string) bool { return s.sameOrigin(n, names[0]) })) == len(names)
}

// noHolder is the failure for a configuration that is in no container.
func (s *stack) noHolder(c candidate) *report.Failure {
	for _, name := range slices.Sorted(maps.Keys(s.project.DisabledServices)) {
		if profiles := s.service(name).Profiles; len(profiles) > 0 && s.locate(name, c.path).held {
			return s.ask([]string{"compose: {profiles: [" + profiles[0] + "]}"},
				"find the migrations: the service %s holds %s, but its profile %s is not active", name, c.path, profiles[0])
		}
	}
	databases, _ := s.databases()
	able := filter(s.names(), func(n string) bool {
		return !slices.Contains(databases, n) && (s.service(n).Build != nil || s.usesAny(n, databases))
	})
	if len(able) == 0 {
		return s.noCode(c, databases)
	}
	failure := s.ask(lines("migrations: {service: %s}", able),
		"find the migrations: %s is there, but no service of the Compose project mounts or copies it into its container", c.path)
	failure.Hint = "mount its directory into the service that runs it; or, if its image holds the file all the same, " + failure.Hint
	return failure
}

// noCode is the failure for a project whose code runs outside of Compose: its services are what the code needs.
func (s *stack) noCode(c candidate, databases []string) *report.Failure {
	var files []string
	for _, f := range s.project.ComposeFiles {
		if rel, ok := s.relative(f); ok {
			files = append(files, s.written(rel))
		}
	}
	home, _ := s.relative(s.project.WorkingDir)
	code, err := filepath.Rel(filepath.FromSlash(home), filepath.FromSlash(s.codeAround(c.path)))
	if err != nil {
		code = "."
	}
	const extra = "compose.devenv.yaml"
	return report.Fail(report.KindUsage,
		"devenv runs Alembic and the backend in containers; add a service that builds the code or mounts it, with its packages and the database's address. "+
			"To leave the Compose file as it is, write the service into "+s.written(path.Join(home, extra))+":\n"+
			"  services:\n    backend: {build: "+filepath.ToSlash(code)+", depends_on: ["+strings.Join(databases, ", ")+"], environment: {…}}\n"+
			"and into "+path.Join(s.cfg.Dir, config.FileName)+":\n"+
			"  compose: {files: ["+strings.Join(append(files, s.written(path.Join(home, extra))), ", ")+"]}\n"+
			"  include: ["+s.written(path.Join(home, extra))+"]",
		"find the migrations: %s is there, but the Compose project has no service that could run it", c.path)
}

// codeAround is the nearest directory around a file that has a Dockerfile, else the file's own.
func (s *stack) codeAround(rel string) string {
	for up := path.Dir(rel); ; up = path.Dir(up) {
		if s.exists[path.Join(up, "Dockerfile")] {
			return up
		}
		if up == "." {
			return path.Dir(rel)
		}
	}
}

func filter(names []string, pass func(string) bool) []string {
	var kept []string
	for _, n := range names {
		if pass(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// serves says whether a service offers something to others.
func (s *stack) serves(name string) bool {
	svc := s.service(name)
	return len(svc.Ports) > 0 || len(svc.Expose) > 0 || svc.HealthCheck != nil && !svc.HealthCheck.Disable
}

// worker says whether a service works in the background or is a tool, by its name and command.
func (s *stack) worker(name string) bool {
	svc := s.service(name)
	if anyOf(name, workerWords()...) {
		return true
	}
	command := []string(svc.Command)
	if len(command) == 0 {
		command = svc.Entrypoint
	}
	return slices.ContainsFunc(command, func(word string) bool { return anyOf(path.Base(word), workerWords()...) })
}

func workerWords() []string {
	return []string{
		"worker", "workers", "celery", "beat", "flower", "rq", "dramatiq", "arq", "huey", "scheduler", "cron", "consumer", "jupyter",
		"pytest", "test", "tests", "shell", "bash", "notebook", "lint",
	}
}
