package discover

import (
	"slices"
	"strings"

	"devenv/devenv/report"
)

// postgresImages are words of the names of images that run a Postgres server.
func postgresWords() []string {
	return []string{"postgres", "postgresql", "postgis", "pgvector", "timescale", "timescaledb", "pgvecto", "citus", "spilo", "paradedb"}
}

// companionWords are words of images that have Postgres in their name and are something beside it.
func companionWords() []string {
	return []string{
		"exporter", "backup", "backups", "meta", "bouncer", "pgbouncer", "pgpool", "client", "admin", "dump", "restore", "s3",
		"operator", "migrate", "tune", "copy", "proxy", "pooler", "ui", "mcp", "adapter",
	}
}

// otherDatabases are words of images of databases that devenv does not support.
func otherDatabases() []string {
	return []string{"mysql", "mariadb", "mssql", "sqlserver", "oracle", "cockroach", "cockroachdb", "mongo", "mongodb", "percona", "yugabyte", "sqlite"}
}

// imageName returns an image reference's path without registry, tag and digest.
func imageName(reference string) string {
	reference, _, _ = strings.Cut(reference, "@")
	if slash := strings.LastIndexByte(reference, '/'); strings.LastIndexByte(reference, ':') > slash {
		reference = reference[:strings.LastIndexByte(reference, ':')]
	}
	if first, rest, ok := strings.Cut(reference, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return rest
	}
	return reference
}

// isPostgresImage says whether an image runs a Postgres server, by its name.
func isPostgresImage(reference string) bool {
	name := imageName(reference)
	base := name[strings.LastIndexByte(name, '/')+1:]
	if name == "apache/age" {
		return true
	}
	return anyOf(base, postgresWords()...) && !anyOf(base, companionWords()...)
}

// runsPostgres says whether a service is a Postgres server, and how that is known.
func (s *stack) runsPostgres(name string) (bool, string) {
	svc := s.service(name)
	image := svc.Image
	if svc.Build != nil {
		stage := s.build(name)
		if stage == nil {
			return false, ""
		}
		if isPostgresImage(stage.image()) {
			return true, "its Dockerfile starts from " + stage.image()
		}
		image = "" // the name of what is built says nothing
	}
	if image != "" && isPostgresImage(image) {
		return true, "its image " + image
	}
	if anyOf(imageName(image), companionWords()...) || anyOf(imageName(image), otherDatabases()...) {
		return false, ""
	}
	return s.behavesAsPostgres(name)
}

// behavesAsPostgres goes by what only a Postgres server has: POSTGRES_* variables together with its port or its data
// directory. The variables alone prove nothing, applications share them.
func (s *stack) behavesAsPostgres(name string) (bool, string) {
	svc := s.service(name)
	_, password := svc.Environment["POSTGRES_PASSWORD"]
	_, trust := svc.Environment["POSTGRES_HOST_AUTH_METHOD"]
	if !password && !trust {
		return false, ""
	}
	for _, v := range svc.Volumes {
		if strings.Contains(v.Target, "/postgresql") || strings.HasSuffix(v.Target, "/pgdata") {
			return true, "its POSTGRES_* environment and the mount at " + v.Target
		}
	}
	for _, port := range svc.Ports {
		if port.Target == 5432 {
			return true, "its POSTGRES_* environment and port 5432"
		}
	}
	return false, ""
}

// databases returns the services that run Postgres, and how each is known.
func (s *stack) databases() (names []string, how map[string]string) {
	how = map[string]string{}
	for _, name := range s.names() {
		if yes, why := s.runsPostgres(name); yes {
			names = append(names, name)
			how[name] = why
		}
	}
	return names, how
}

// database decides which service is the application's database; users are the services that hold the migrations.
func (s *stack) database(users []string) (string, error) {
	if name := s.cfg.Database.Service; name != "" {
		if err := s.named("database.service", name); err != nil {
			return "", err
		}
		s.note("database", name, "database.service in the configuration")
		return name, nil
	}
	names, how := s.databases()
	switch len(names) {
	case 0:
		return "", s.noDatabase()
	case 1:
		s.note("database", names[0], "%s", how[names[0]])
		return names[0], nil
	}
	if chosen, why := s.databaseOf(users, names); chosen != "" {
		s.note("database", chosen, "%s, and %s", how[chosen], why)
		return chosen, nil
	}
	return "", s.ask(lines("database: {service: %s}", names), "find the database: the services %s all run Postgres, and nothing says which one the migrations are for", listing(names))
}

// databaseOf returns the one database among names that the users use. What their environment names counts before
// depends_on, which may stand for order alone.
func (s *stack) databaseOf(users, names []string) (chosen, why string) {
	for _, ask := range []func(user, db string) string{
		s.mentions,
		func(user, db string) string {
			if slices.Contains(s.dependencies(user), db) {
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

func (s *stack) noDatabase() *report.Failure {
	for name, svc := range s.project.DisabledServices {
		if svc.Build == nil && isPostgresImage(svc.Image) && len(svc.Profiles) > 0 {
			return s.ask([]string{"compose: {profiles: [" + svc.Profiles[0] + "]}"},
				"find the database: the service %s runs Postgres, but its profile %s is not active", name, svc.Profiles[0])
		}
	}
	for _, name := range s.names() {
		if image := s.service(name).Image; anyOf(imageName(image), otherDatabases()...) {
			return report.Fail(report.KindUsage, "if another service is a Postgres server, name it in .devenv.yaml: database: {service: NAME}",
				"find the database: the service %s runs %s, and devenv supports Postgres only", name, image)
		}
	}
	return s.ask(lines("database: {service: %s}", s.names()), "find the database: no service runs an image known as Postgres")
}
