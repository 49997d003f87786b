package discover

import (
	"slices"

	"devenv/devenv/report"
)

// backend decides which service runs the application on the migrated database. An empty name means that the project
// has none: nothing but the database and tasks that end.
func (s *stack) backend(c candidate, migrations, database string) (string, error) {
	const key = "backend.service"
	if name := s.cfg.Backend.Service; name != "" {
		if err := s.named(key, name); err != nil {
			return "", err
		}
		s.note("backend", name, "%s in the configuration", key)
		return name, nil
	}
	running := s.running(database)
	left, why := s.sameCode(running, c, migrations)
	if len(left) == 0 {
		left, why = filter(running, func(n string) bool {
			uses, _ := s.uses(n, database)
			return (uses || slices.Contains(s.dependencies(n), migrations)) && s.service(n).Build != nil
		}), "it is built here and uses "+database
	}
	if len(left) == 0 {
		return "", nil
	}
	for _, reason := range []struct {
		text string
		pass func(string) bool
	}{
		{"it uses " + database, func(n string) bool { yes, _ := s.uses(n, database); return yes }},
		{"it is no worker", func(n string) bool { return !s.worker(n) }},
		{"it runs the migrations", func(n string) bool { return n == migrations }},
		{"it has a port or a healthcheck", s.serves},
		{"it upgrades the database", s.migrates},
	} {
		if kept := filter(left, reason.pass); len(kept) > 0 && len(kept) < len(left) {
			left, why = kept, why+", "+reason.text
		}
	}
	if len(left) > 1 {
		return "", s.askBackend(left)
	}
	s.note("backend", left[0], "%s", why)
	return left[0], nil
}

func (s *stack) askBackend(candidates []string) *report.Failure {
	return s.ask(lines("backend: {service: %s}", candidates),
		"find the backend: the services %s could each be it, and nothing says which one is meant", listing(candidates))
}

// running returns the services that run on, but the database.
func (s *stack) running(database string) []string {
	return filter(s.names(), func(n string) bool {
		if other, _ := s.runsPostgres(n); other || n == database {
			return false
		}
		once, _ := s.oneShot(n)
		return !once
	})
}

// sameCode returns those that run the same code as the migrations service.
func (s *stack) sameCode(names []string, c candidate, migrations string) ([]string, string) {
	kept := filter(names, func(n string) bool {
		return n == migrations || s.sameOrigin(n, migrations) || slices.Contains(c.holders, n)
	})
	if len(kept) == 1 && kept[0] == migrations {
		return kept, "the migrations service, which keeps running"
	}
	return kept, "it runs the code of " + migrations
}

// sameOrigin says whether two services are built from the same place or run the same image.
func (s *stack) sameOrigin(a, b string) bool {
	x, y := s.service(a), s.service(b)
	if x.Build != nil && y.Build != nil {
		return x.Build.Context == y.Build.Context && x.Build.Dockerfile == y.Build.Dockerfile
	}
	return x.Image != "" && x.Image == y.Image
}

// oneShots returns the services that run to their end and matter to the backend or the database, dependencies first.
func (s *stack) oneShots(backend, migrations, database string) []OneShot {
	ahead := s.dependencies(backend)
	var out []OneShot
	for _, name := range s.names() {
		once, why := s.oneShot(name)
		if !once || name == backend || name == database {
			continue
		}
		uses, _ := s.uses(name, database)
		migrates := s.migrates(name)
		if !uses && !migrates && name != migrations && !slices.Contains(ahead, name) {
			continue
		}
		out = append(out, OneShot{Service: name, Migrates: migrates, UsesDatabase: uses || migrates})
		s.note("task that ends", name, "%s", why)
	}
	slices.SortStableFunc(out, func(a, b OneShot) int {
		switch {
		case slices.Contains(s.dependencies(a.Service), b.Service):
			return 1
		case slices.Contains(s.dependencies(b.Service), a.Service):
			return -1
		}
		return len(s.dependencies(a.Service)) - len(s.dependencies(b.Service))
	})
	return out
}

// needs returns the services that are started beside the backend.
func (s *stack) needs(backend, database string, tasks []OneShot) ([]string, error) {
	if written := s.cfg.Backend.Needs; written != nil {
		for _, name := range written {
			if err := s.named("backend.needs", name); err != nil {
				return nil, err
			}
		}
		out := filter(written, func(n string) bool { return n != database && n != backend })
		s.note("services beside the backend", listing(out), "backend.needs in the configuration")
		return out, nil
	}
	if backend == "" {
		return nil, nil
	}
	from := []string{backend}
	for _, task := range tasks {
		from = append(from, task.Service)
	}
	var out []string
	for _, start := range from {
		for _, name := range s.dependencies(start) {
			isTask := slices.ContainsFunc(tasks, func(t OneShot) bool { return t.Service == name })
			if name != database && name != backend && !isTask && !slices.Contains(out, name) && !slices.Contains(s.dependencies(name), backend) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	if len(out) > 0 {
		s.note("services beside the backend", listing(out), "depends_on of %s", listing(from))
	}
	return out, nil
}

// seed decides how the base gets its data.
func (s *stack) seed(backend string) Seed {
	out := Seed{Seed: s.cfg.Seed, BackendMigrates: backend != "" && s.migrates(backend)}
	if s.cfg.Has("seed") && (out.Startup != nil || out.Run != "" || len(out.SQL) > 0 || out.Dump != "") {
		s.note("seed", seedName(out), "seed in the configuration")
		return out
	}
	yes := true
	out.Startup = &yes
	s.note("seed", seedName(out), "the default")
	return out
}

func seedName(s Seed) string {
	switch {
	case s.Run != "":
		return "a command"
	case len(s.SQL) > 0:
		return "SQL files"
	case s.Dump != "":
		return "a dump"
	case s.AtStartup():
		return "what the services insert at their start"
	}
	return "what the migrations insert"
}
