package tool

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestWrongAddressesOfTheDatabaseAreExplained(t *testing.T) {
	t.Parallel()
	address := "postgresql+psycopg://shop:hidden@pgbouncer:6432/store?sslmode=disable"
	var backend types.ServiceConfig
	backend.Environment = types.MappingWithEquals{"OTHER": nil, "STORE_URL": &address}
	model := &types.Project{Services: types.Services{"backend": backend, "db": {}, "pgbouncer": {}}}
	settings := database.Settings{Service: "db", Hosts: []string{"db"}, Port: 5432, Database: "shop"}
	for name, c := range map[string]struct {
		failure migrations.Failure
		hint    string
	}{
		"a pooler":     {migrations.Failure{Code: migrations.FailureConnect, Message: "failed to resolve host 'pgbouncer': [Errno -2]"}, `{STORE_URL: "…@db:5432/store"}`},
		"the database": {migrations.Failure{Code: migrations.FailureConnect, Message: "could not connect to db"}, ""},
		"a part of it": {migrations.Failure{Code: migrations.FailureConnect, Message: "failed to resolve host 'pgbouncer-2'"}, ""},
		"its own machine": {
			migrations.Failure{Code: migrations.FailureConnect, Message: `connection to server at "localhost" (127.0.0.1), port 5432 failed`},
			"in a container, localhost is the container itself, and the database is the service db",
		},
		"by its number": {
			migrations.Failure{Code: migrations.FailureConnect, Message: "[Errno 111] Connect call failed ('127.0.0.1', 5432)"},
			`migrations: {env: {DATABASE_URL: "…@db:5432/shop"}}`,
		},
		"no address": {
			migrations.Failure{Message: "NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:driver"},
			`set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"]`,
		},
		"none at all":     {migrations.Failure{Message: "ArgumentError: Expected string or URL object, got None"}, "let env.py do so"},
		"something other": {migrations.Failure{Code: migrations.FailureSQL, Message: "pgbouncer"}, ""},
	} {
		err := ExplainAddress(model, "backend", settings, report.Fail(report.KindWork, "see the log", "migrate: %w", &c.failure))
		hint := report.HintOf(err)
		if c.hint == "" && hint != "see the log" || !strings.Contains(hint, c.hint) || strings.Contains(hint, "hidden") {
			t.Errorf("%s: %q", name, hint)
		}
	}
}
