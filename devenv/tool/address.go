package tool

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

// ExplainAddress explains why migrations did not reach the database: they have no address, because a program of the
// project sets it that devenv does not run; or they connect to their own container, or to another service, such as a
// connection pooler, which does not run with them.
func ExplainAddress(model *types.Project, migrating string, s database.Settings, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if noAddress().MatchString(failure.Message) {
		variable, _ := addressVariable(model.Services[migrating].Environment, s.Service, s)
		return known(err, "the configuration has no address of a database; if a program of the project sets it before it runs "+
			"Alembic, which devenv runs itself, let env.py do so:\n"+
			"    context.config.set_main_option(\"sqlalchemy.url\", os.environ[\""+variable+"\"].replace(\"%\", \"%%\"))")
	}
	if failure.Code != migrations.FailureConnect {
		return err
	}
	if loopback(failure.Message) && !slices.Contains(s.Hosts, localhost) {
		return explained(err, model, migrating, s, localhost, "in a container, localhost is the container itself, and the database is the "+
			"service "+s.Service+": let the address come from the environment, also in env.py and alembic.ini; it may be set")
	}
	for _, name := range model.ServiceNames() {
		if slices.Contains(s.Hosts, name) || !namesHost(failure.Message, name) {
			continue
		}
		return explained(err, model, migrating, s, name, "the host "+name+" is the service "+name+", which does not run with the "+
			"migrations; let them connect to the database itself,")
	}
	return err
}

// explained adds the hint that begins with why, and ends with the variable that names the host.
func explained(err error, model *types.Project, migrating string, s database.Settings, host, why string) error {
	variable, value := addressVariable(model.Services[migrating].Environment, host, s)
	return known(err, fmt.Sprintf("%s in .devenv.yaml:\n    migrations: {env: {%s: %q}}", why, variable, value))
}

// known returns a failure whose reason is known, with the hint.
func known(err error, hint string) error {
	f := report.Fail(report.KindOf(err), hint, "%w", err)
	f.Known = true
	return f
}

// noAddress matches what SQLAlchemy says of an address that is missing, or is the placeholder of a new project.
func noAddress() *regexp.Regexp {
	return regexp.MustCompile(`Can't load plugin: sqlalchemy\.dialects:driver\b|Expected string or URL object, got None|` +
		`Could not parse SQLAlchemy URL from`)
}

// localhost is the name of the own machine.
const localhost = "localhost"

// loopback reports whether a connection to the own machine was tried.
func loopback(message string) bool {
	return slices.ContainsFunc([]string{localhost, "127.0.0.1", "::1"}, func(name string) bool { return namesHost(message, name) })
}

// namesHost reports whether a text contains a host's name as a whole word.
func namesHost(text, host string) bool {
	return regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(host) + `($|[^\w-])`).MatchString(text)
}

// addressVariable returns the environment variable whose URL points to the host, and that URL with the database's own
// host and port, without user and password.
func addressVariable(environment types.MappingWithEquals, host string, s database.Settings) (name, value string) {
	names := make([]string, 0, len(environment))
	for name := range environment {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if environment[name] == nil {
			continue
		}
		u, err := url.Parse(*environment[name])
		if err == nil && u.Hostname() == host && strings.HasPrefix(u.Scheme, "postgres") {
			return name, fmt.Sprintf("…@%s:%d%s", s.Service, s.Port, u.Path)
		}
	}
	return "DATABASE_URL", fmt.Sprintf("…@%s:%d/%s", s.Service, s.Port, s.Database)
}

// unresolved reports whether a connection failed because the host's name could not be resolved.
func unresolved(f *migrations.Failure) bool {
	return regexp.MustCompile(`(?i)resolve host|translate host name|name or service not known|nodename nor servname|name resolution`).MatchString(f.Message)
}
