package discover

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// databases tells which services are Postgres servers.
type databases struct {
	services services
	images   *images
}

// postgresWords returns words in the names of images that run a Postgres server.
func postgresWords() []string {
	return []string{"postgres", "postgresql", "postgis", "pgvector", "timescale", "timescaledb", "pgvecto", "citus", "spilo", "paradedb"}
}

// companionWords returns words in the names of images that mention Postgres but are something else.
func companionWords() []string {
	return []string{
		"exporter", "backup", "backups", "meta", "bouncer", "pgbouncer", "pgpool", "client", "admin", "dump", "restore", "s3",
		"operator", "migrate", "tune", "copy", "proxy", "pooler", "ui", "mcp", "adapter",
	}
}

// otherDatabases returns words in the names of images of databases that devenv does not support.
func otherDatabases() []string {
	return []string{
		"mysql", "mariadb", "mssql", "sqlserver", "oracle", "cockroach", "cockroachdb", "mongo", "mongodb", "percona",
		"yugabyte", "sqlite",
	}
}

// imageName returns an image reference without its registry, tag and digest.
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

// isPostgresImage reports whether an image runs a Postgres server, judging by its name.
func isPostgresImage(reference string) bool {
	name := imageName(reference)
	base := name[strings.LastIndexByte(name, '/')+1:]
	if name == "apache/age" {
		return true
	}
	return anyOf(base, postgresWords()...) && !anyOf(base, companionWords()...)
}

// oldest is the oldest major version of Postgres that devenv works with.
const oldest = 13

// majorVersion matches the major version of Postgres in an image's tag: 12.4-alpine, 9.6, latest-pg12.
var majorVersion = regexp.MustCompile(`:(?:(\d+)(?:[.-][^:/]*)?|[^:/]*pg(\d+)[^:/]*)$`)

// tooOld says that an image's tag names a version that is too old; empty if it does not. The server itself is asked
// when a base is made.
func tooOld(reference string) string {
	reference, _, _ = strings.Cut(reference, "@")
	name := imageName(reference)
	match := majorVersion.FindStringSubmatch(reference)
	if match == nil {
		return ""
	}
	if match[2] == "" && !anyOf(name[strings.LastIndexByte(name, '/')+1:], "postgres", "postgresql", "postgis") {
		return "" // its own version
	}
	if major, err := strconv.Atoi(match[1] + match[2]); err != nil || major >= oldest {
		return ""
	}
	return ", which is older than Postgres " + strconv.Itoa(oldest) + ", the oldest that devenv works with"
}

// runsPostgres reports whether a service is a Postgres server, and how that is known.
func (d databases) runsPostgres(name string) (bool, string) {
	svc := d.services.get(name)
	image := svc.Image
	if svc.Build != nil {
		stage := d.images.stage(name)
		if stage == nil {
			return false, ""
		}
		if isPostgresImage(stage.image()) {
			return true, "its Dockerfile starts from " + stage.image() + tooOld(stage.image())
		}
		image = "" // what is built here has an arbitrary name
	}
	if image != "" && isPostgresImage(image) {
		return true, "its image " + image + tooOld(image)
	}
	if anyOf(imageName(image), companionWords()...) || anyOf(imageName(image), otherDatabases()...) {
		return false, ""
	}
	return d.behavesAsPostgres(name)
}

// behavesAsPostgres looks for what only a Postgres server has: POSTGRES_* variables together with its port or data
// directory. The variables alone prove nothing, because applications use them too.
func (d databases) behavesAsPostgres(name string) (bool, string) {
	svc := d.services.get(name)
	_, password := svc.Environment["POSTGRES_PASSWORD"]
	_, trust := svc.Environment["POSTGRES_HOST_AUTH_METHOD"]
	if !password && !trust {
		return false, ""
	}
	for _, v := range svc.Volumes {
		if holdsData(v.Target) {
			return true, "its POSTGRES_* environment and the mount at " + v.Target
		}
	}
	for _, port := range svc.Ports {
		if port.Target == postgresPort {
			return true, "its POSTGRES_* environment and port 5432"
		}
	}
	return false, ""
}

// postgresPort is the port of a Postgres server unless it is told otherwise.
const postgresPort = 5432

// holdsData reports whether a path in a container is where Postgres keeps its data.
func holdsData(target string) bool {
	return strings.Contains(target, "/postgresql") || strings.HasSuffix(target, "/pgdata")
}

// all returns the services that run Postgres, and how each is known.
func (d databases) all() (names []string, how map[string]string) {
	how = map[string]string{}
	for _, name := range d.services.names() {
		if yes, why := d.runsPostgres(name); yes {
			names = append(names, name)
			how[name] = why
		}
	}
	return names, how
}

// forTests reports whether a database is for tests, judging by the names of its service, container and database.
func (d databases) forTests(name string) bool {
	svc := d.services.get(name)
	names := []string{name, svc.ContainerName}
	if database := svc.Environment["POSTGRES_DB"]; database != nil {
		names = append(names, *database)
	}
	return slices.ContainsFunc(names, func(n string) bool {
		return anyOf(n, "test", "tests", "testing", "e2e", "pytest", "testdb", "dbtest", "testpg", "pgtest", "testpostgres", "postgrestest")
	})
}

// maybePostgres reports whether a service may be a Postgres server under a name that is not known: its image is not
// known to be anything else, and it is called a database, or has a database's port or directory.
func (d databases) maybePostgres(name string) bool {
	svc := d.services.get(name)
	if image := imageName(svc.Image); anyOf(image, companionWords()...) || anyOf(image, otherDatabases()...) {
		return false
	}
	return anyOf(name, "db", "database", "pg", "pgsql", "psql", "rdbms", "sql") || anyOf(name, postgresWords()...) ||
		anyOf(imageName(svc.Image), postgresWords()...) ||
		slices.ContainsFunc(svc.Ports, func(p types.ServicePortConfig) bool { return p.Target == postgresPort }) ||
		slices.Contains(svc.Expose, "5432") ||
		slices.ContainsFunc(svc.Volumes, func(v types.ServiceVolumeConfig) bool { return holdsData(v.Target) })
}
