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

// ExplainOtherHost explains why migrations did not reach the database: they connect to another service, such as a
// connection pooler, which does not run with them.
func ExplainOtherHost(model *types.Project, migrating string, s database.Settings, err error) error {
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Code != migrations.FailureConnect {
		return err
	}
	for _, name := range model.ServiceNames() {
		if slices.Contains(s.Hosts, name) || !namesHost(failure.Message, name) {
			continue
		}
		variable, value := addressVariable(model.Services[migrating].Environment, name, s)
		hint := fmt.Sprintf("the host %s is the service %s, which does not run with the migrations; "+
			"let them connect to the database itself, in .devenv.yaml:\n"+
			"    migrations: {env: {%s: %q}}", name, name, variable, value)
		f := report.Fail(report.KindOf(err), hint, "%w", err)
		f.Known = true
		return f
	}
	return err
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
