package discover

import (
	"slices"

	"devenv/devenv/report"
)

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
	names, how := d.databases.all()
	switch len(names) {
	case 0:
		return "", d.none()
	case 1:
		d.answers.note("database", names[0], "%s", how[names[0]])
		return names[0], nil
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

func (d databaseChoice) none() *report.Failure {
	for name, svc := range d.services.project.DisabledServices {
		if svc.Build == nil && isPostgresImage(svc.Image) && len(svc.Profiles) > 0 {
			return d.answers.ask([]string{"compose: {profiles: [" + svc.Profiles[0] + "]}"},
				"find the database: the service %s runs Postgres, but its profile %s is inactive", name, svc.Profiles[0])
		}
	}
	for _, name := range d.services.names() {
		if image := d.services.get(name).Image; anyOf(imageName(image), otherDatabases()...) {
			return report.Fail(report.KindUsage,
				"if another service is a Postgres server, name it in .devenv.yaml: database: {service: NAME}",
				"find the database: the service %s runs %s, and devenv supports only Postgres", name, image)
		}
	}
	return d.answers.ask(lines("database: {service: %s}", d.services.names()), "find the database: no service runs a known Postgres image")
}
