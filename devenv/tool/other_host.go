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

// ExplainOtherHost explains why migrations did not reach the database: they connect to their own container, or to
// another service, such as a connection pooler, which does not run with them.
func ExplainOtherHost(model *types.Project, migrating string, s database.Settings, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureConnect {
		return err
	}
	if itself := loopback(failure.Message); itself != "" && !slices.Contains(s.Hosts, itself) {
		return explained(err, model, migrating, s, itself, "in a container, "+itself+" is the container itself, and the database is the "+
			"service "+s.Service+": let the address come from the environment, also in env.py and alembic.ini; it may be set")
	}
	for _, name := range model.ServiceNames() {
		if slices.Contains(s.Hosts, name) || !namesHost(failure.Message, name) {
			continue
		}
		return explained(err, model, migrating, s, name, "the host "+name+" is the service "+name+", which does not run with the migrations; "+
			"let them connect to the database itself,")
	}
	return err
}

// explained adds the hint that begins with why, and ends with the variable that names the host.
func explained(err error, model *types.Project, migrating string, s database.Settings, host, why string) error {
	variable, value := addressVariable(model.Services[migrating].Environment, host, s)
	f := report.Fail(report.KindOf(err), fmt.Sprintf("%s in .devenv.yaml:\n    migrations: {env: {%s: %q}}", why, variable, value), "%w", err)
	f.Known = true
	return f
}

// loopback returns the name of the own machine by which a connection was tried; empty if it was another one.
func loopback(message string) string {
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if namesHost(message, name) {
			return name
		}
	}
	return ""
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
