package discover

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
)

// Database returns only the database service, for commands that need no migration tool. It fails as Services does.
func Database(p *types.Project, repo Files, cfg *config.Config) (string, error) {
	s, err := newFinder(p, repo, cfg)
	if err != nil {
		return "", err
	}
	var users []string
	if c, err := (search{s}).choose(); err == nil {
		users = s.users(c)
	}
	return databaseChoice{s}.choose(users)
}

// databaseChoice picks the application's database service.
type databaseChoice struct{ *finder }

// choose returns the database service; users are the services that contain the migrations.
func (d databaseChoice) choose(users []string) (string, error) {
	if name := d.cfg.Database.Service; name != "" {
		if err := d.answers.named("database.service", name); err != nil {
			return "", err
		}
		d.answers.note("database", name, "database.service in the configuration")
		return name, nil
	}
	all, how := d.databases.all()
	names := d.withoutTests(all, users)
	switch len(all) {
	case 0:
		return "", d.none(users)
	case 1:
		d.answers.note("database", all[0], "%s", how[all[0]])
		return all[0], nil
	}
	if chosen, why := d.used(users, names); chosen != "" {
		d.answers.note("database", chosen, "%s, and %s", how[chosen], why)
		return chosen, nil
	}
	return "", d.answers.ask(lines("database: {service: %s}", names),
		"find the database: the services %s all run Postgres, and nothing says which of them the migrations are for", listing(names))
}

// used returns the one database among names that the users use. Naming it in their environment outweighs depends_on,
// which may only mean order.
func (d databaseChoice) used(users, names []string) (chosen, why string) {
	for _, ask := range []func(user, db string) string{
		d.services.mentions,
		func(user, db string) string {
			if slices.Contains(d.services.dependencies(user), db) {
				return "depends_on"
			}
			return ""
		},
	} {
		hits := map[string]string{}
		for _, user := range users {
			for _, db := range names {
				if by := ask(user, db); by != "" {
					hits[db] = by + " of " + user + " names it"
				}
			}
		}
		if len(hits) > 1 {
			return "", ""
		}
		for db, by := range hits {
			return db, by
		}
	}
	return "", ""
}

// withoutTests drops databases for tests beside one that the users depend on or name, and that is not for tests.
func (d databaseChoice) withoutTests(names, users []string) []string {
	kept := filter(names, func(n string) bool { return !d.databases.forTests(n) })
	used := slices.ContainsFunc(kept, func(n string) bool {
		return slices.ContainsFunc(users, func(user string) bool {
			yes, _ := d.services.uses(user, n)
			return yes
		})
	})
	if !used {
		return names
	}
	return kept
}
