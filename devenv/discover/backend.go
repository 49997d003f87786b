package discover

import (
	"slices"

	"devenv/devenv/report"
)

// backendChoice picks the backend service.
type backendChoice struct{ *finder }

// choose returns the service that runs the application on the migrated database. It returns "" if the project has none:
// only the database and tasks that end.
func (b backendChoice) choose(c candidate, migrations, database string) (string, error) {
	const key = "backend.service"
	if name := b.cfg.Backend.Service; name != "" {
		if err := b.answers.named(key, name); err != nil {
			return "", err
		}
		b.answers.note("backend", name, "%s in the configuration", key)
		return name, nil
	}
	running := b.running(database)
	left, why := b.sameCode(running, c, migrations)
	if len(left) == 0 {
		left, why = filter(running, func(n string) bool {
			uses, _ := b.services.uses(n, database)
			return (uses || slices.Contains(b.services.dependencies(n), migrations)) && b.services.get(n).Build != nil
		}), "it is built here and uses "+database
	}
	if len(left) == 0 {
		return "", nil
	}
	all := left
	for _, reason := range []struct {
		text string
		pass func(string) bool
	}{
		{"others with its code depend on it", func(n string) bool { return b.reliedOn(n, all) }},
		{"it uses " + database, func(n string) bool { yes, _ := b.services.uses(n, database); return yes }},
		{"it is not a worker", func(n string) bool { return !b.services.worker(n) }},
		{"it runs the migrations", func(n string) bool { return n == migrations }},
		{"it has a port or a healthcheck", b.services.serves},
		{"it upgrades the database", b.commands.migrates},
	} {
		if kept := filter(left, reason.pass); len(kept) > 0 && len(kept) < len(left) {
			left, why = kept, why+", "+reason.text
		}
	}
	if len(left) > 1 {
		return "", b.answers.askBackend(left)
	}
	b.answers.note("backend", left[0], "%s", why)
	return left[0], nil
}

func (a *answers) askBackend(candidates []string) *report.Failure {
	return a.ask(lines("backend: {service: %s}", candidates),
		"find the backend: it could be any of the services %s, and nothing says which", listing(candidates))
}

// running returns the services that keep running, except databases.
func (b backendChoice) running(database string) []string {
	return filter(b.services.names(), func(n string) bool {
		if other, _ := b.databases.runsPostgres(n); other || n == database {
			return false
		}
		once, _ := b.commands.oneShot(n)
		return !once
	})
}

// sameCode returns the services that run the same code as the migrations service.
func (b backendChoice) sameCode(names []string, c candidate, migrations string) ([]string, string) {
	kept := filter(names, func(n string) bool {
		return n == migrations || b.services.sameOrigin(n, migrations) || slices.Contains(c.holders, n)
	})
	if len(kept) == 1 && kept[0] == migrations {
		return kept, "the migrations service, which keeps running"
	}
	return kept, "it runs the code of " + migrations
}
