package discover

import (
	"slices"
	"time"
)

// startup decides what is started along with the backend, and what data that inserts.
type startup struct{ *finder }

// oneShots returns the services that run to completion and matter to the backend or the database, dependencies first.
func (s startup) oneShots(backend, migrations, database string) []OneShot {
	ahead := s.services.dependencies(backend)
	var out []OneShot
	for _, name := range s.services.names() {
		once, why := s.commands.oneShot(name)
		if !once || name == backend || name == database {
			continue
		}
		uses, _ := s.services.uses(name, database)
		migrates := s.commands.migrates(name)
		if !uses && !migrates && name != migrations && !slices.Contains(ahead, name) {
			continue
		}
		out = append(out, OneShot{Service: name, Migrates: migrates, UsesDatabase: uses || migrates})
		s.answers.note("task that ends", name, "%s", why)
	}
	slices.SortStableFunc(out, func(a, b OneShot) int {
		switch {
		case slices.Contains(s.services.dependencies(a.Service), b.Service):
			return 1
		case slices.Contains(s.services.dependencies(b.Service), a.Service):
			return -1
		}
		return len(s.services.dependencies(a.Service)) - len(s.services.dependencies(b.Service))
	})
	return out
}

// needs returns the services to start along with the backend.
func (s startup) needs(backend, database string, tasks []OneShot) ([]string, error) {
	if written := s.cfg.Backend.Needs; written != nil {
		for _, name := range written {
			if err := s.answers.named("backend.needs", name); err != nil {
				return nil, err
			}
		}
		out := filter(written, func(n string) bool { return n != database && n != backend })
		s.answers.note("services beside the backend", listing(out), "backend.needs in the configuration")
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
		for _, name := range s.services.dependencies(start) {
			isTask := slices.ContainsFunc(tasks, func(t OneShot) bool { return t.Service == name })
			if name != database && name != backend && !isTask && !slices.Contains(out, name) &&
				!slices.Contains(s.services.dependencies(name), backend) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	if len(out) > 0 {
		s.answers.note("services beside the backend", listing(out), "depends_on of %s", listing(from))
	}
	return out, nil
}

// workersSettle is how long the database must be still by default if services beside the backend use it.
const workersSettle = 2 * time.Second

// seed decides how the base gets its data.
func (s startup) seed(backend, database string, needs []string) Seed {
	out := s.source(backend)
	working := filter(needs, func(n string) bool { used, _ := s.services.uses(n, database); return used })
	if out.AtStartup() && backend != "" && out.Settle == 0 && len(working) > 0 {
		out.Settle = workersSettle
		s.answers.note("the seed is over", "when the database has been still for "+workersSettle.String(),
			"%s beside the backend; seed.settle sets another time", using(working))
	}
	return out
}

// using says that services use the database.
func using(names []string) string {
	if len(names) == 1 {
		return names[0] + " uses it"
	}
	return listing(names) + " use it"
}

// source decides where the base's data comes from.
func (s startup) source(backend string) Seed {
	out := Seed{Seed: s.cfg.Seed, BackendMigrates: backend != "" && s.commands.migrates(backend)}
	if s.cfg.Has("seed") && (out.Startup != nil || out.Run != "" || len(out.SQL) > 0 || out.Dump != "") {
		s.answers.note("seed", seedName(out), "seed in the configuration")
		return out
	}
	yes := true
	out.Startup = &yes
	s.answers.note("seed", seedName(out), "the default")
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
		return "what the services insert when they start"
	}
	return "what the migrations insert"
}
