package base

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/migrations"
)

func TestAHintForTheBaseSaysWhereToTryIt(t *testing.T) {
	b := &build{from: From{Name: "develop"}}
	ended := report.Fail(report.KindWork, direct+"docker compose up api", "start api").WithOutput([]string{
		"Traceback", `psycopg.errors.UndefinedColumn: column "nick" of relation "members" does not exist`,
	})
	hint := b.startHint(ended)
	for _, want := range []string{
		"try it directly, with develop checked out: docker compose up api", "seed: {run:", "this is develop's own code",
		`column "nick" of relation "members" does not exist: if the models of develop have changed, it lacks a migration`,
	} {
		if !strings.Contains(hint, want) {
			t.Errorf("the hint lacks %q:\n%s", want, hint)
		}
	}
}

func TestHistoryHintNamesWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		failure migrations.Failure
		want    string
	}{
		"a table": {migrations.Failure{SQLState: "42P01"}, "seed: {dump: path/to/dump.sql}"},
		"a schema": {migrations.Failure{SQLState: "3F000"}, "CREATE SCHEMA into a file and configure it in .devenv.yaml:\n" +
			"    seed: {dump: schemas.sql}"},
		"a known hint": {migrations.Failure{SQLState: "3F000", Hint: "install it"}, "install it"},
	} {
		if got := historyHint(&c.failure); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q does not hold %q", name, got, c.want)
		}
	}
	for _, code := range []migrations.FailureCode{
		migrations.FailureConnect, migrations.FailureException, migrations.FailureNoEnv, migrations.FailureTool,
	} {
		if got := historyHint(&migrations.Failure{Code: code}); got != "" {
			t.Errorf("what failed before any revision (%s) is helped with %q", code, got)
		}
	}
	if got := historyHint(&migrations.Failure{Code: migrations.FailureException, Revision: "a1"}); !strings.Contains(got, "dump") {
		t.Errorf("a revision that raised is helped with %q", got)
	}
}

func TestABaseThatCannotBeBuiltIsMendedThere(t *testing.T) {
	t.Parallel()
	b := &build{from: From{Name: "develop"}}
	err := b.mendImages(report.Fail(report.KindWork, direct+"docker compose build api", "build api: it failed"))
	if hint := report.HintOf(err); !strings.Contains(hint, "with develop checked out: docker compose build api") ||
		!strings.Contains(hint, "this is develop's own code") {
		t.Errorf("the hint is %q", hint)
	}
	offline := report.Fail(report.KindWork, "the registry cannot be reached", "build api: no such host")
	if hint := report.HintOf(b.mendImages(offline)); hint != "the registry cannot be reached" {
		t.Errorf("the network is develop's code: %q", hint)
	}
	if err := b.mendImages(nil); err != nil {
		t.Error(err)
	}
}

func TestOnlyAnotherPasswordOfTheUserIsNew(t *testing.T) {
	t.Parallel()
	base := database.Settings{Service: "db", User: "shop", Password: "old"}
	for _, c := range []struct{ user, password, want string }{
		{"shop", "new", "new"}, {"shop", "old", ""}, {"other", "new", ""},
	} {
		user, password := c.user, c.password
		var service types.ServiceConfig
		service.Environment = types.MappingWithEquals{"POSTGRES_USER": &user, "POSTGRES_PASSWORD": &password}
		here := &types.Project{Services: types.Services{"db": service}}
		if got := passwordOf(here, base); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := passwordOf(nil, base); got != "" {
		t.Errorf("without a project: %q", got)
	}
	if got := passwordOf(&types.Project{}, base); got != "" {
		t.Errorf("without the service: %q", got)
	}
}
