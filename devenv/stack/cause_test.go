package stack

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/userdata"
)

func TestKnownCausesAreReportedWithARemedy(t *testing.T) {
	t.Parallel()
	shop := database.Settings{User: "shop", Database: "store"}
	for name, c := range map[string]struct {
		line, service, said, remedy string
	}{
		"a password": {
			`FATAL:  password authentication failed for user "app"`, "db", `password authentication failed for user "app"`,
			"has another password for that role, or no such role: init scripts only apply to a new database; give the role the project's " +
				"current password:\n    docker compose exec db psql -U shop -d store -c \"ALTER ROLE app PASSWORD",
		},
		"no database": {`FATAL:  password authentication failed for user "app"`, "", "", ""},
		"another major version's files": {
			"DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 17.5.",
			"db", "its data is from Postgres 16, and it was started with Postgres 17", "back to Postgres 16, devenv up",
		},
		"a table": {
			`psycopg.errors.UndefinedTable: relation "badges" does not exist`, "db", `relation "badges" does not exist`,
			"devenv new-migration",
		},
		"a column": {
			"ERROR:  column users.nickname does not exist at character 8", "db", "column users.nickname does not exist",
			"devenv new-migration",
		},
		"a column of a table": {
			`column "nickname" of relation "users" does not exist`, "",
			`column "nickname" of relation "users" does not exist`, "devenv reset",
		},
		"something else ended": {"ModuleNotFoundError: No module named 'x'", "db", "", ""},
	} {
		cause, known := knownCause([]string{"starting", c.line, "bye"}, c.service, shop, false)
		if known != (c.said != "") || cause.Said != c.said || !strings.Contains(cause.Remedy, c.remedy) {
			t.Errorf("%s: %v %+v", name, known, cause)
		}
	}
}

func TestADatabaseAtNoRevisionIsResetFirst(t *testing.T) {
	t.Parallel()
	missing, _ := knownCause([]string{`relation "badges" does not exist`}, "db", database.Settings{}, false)
	for name, c := range map[string]struct {
		at    userdata.Position
		first string
	}{
		"at none":         {userdata.Position{Compared: true}, "devenv reset"},
		"at one":          {userdata.Position{Compared: true, Revisions: []string{"1"}}, "devenv new-migration"},
		"unread":          {userdata.Position{Compared: true, Unread: "psql: error"}, "devenv new-migration"},
		"nothing to know": {userdata.Position{}, "devenv new-migration"},
	} {
		remedy := ofUnmigrated(missing, c.at).Remedy
		if at := strings.Index(remedy, "devenv "); at < 0 || !strings.HasPrefix(remedy[at:], c.first) {
			t.Errorf("%s: %q", name, remedy)
		}
	}
}

func TestAnotherPasswordIsTheDatasOnlyIfTheSameIsGiven(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	for value, want := range map[string]bool{
		"postgresql://shop:p%40ss@db/shop": true, "p@ss": true, "postgresql://shop:other@db/shop": false,
	} {
		var service types.ServiceConfig
		service.Environment = types.MappingWithEquals{"DATABASE_URL": text(value), "EMPTY": nil}
		given := isGiven(service, "p@ss")
		cause, _ := knownCause([]string{`password authentication failed for user "shop"`}, "db", database.Settings{User: "shop"}, given)
		const mine = "none of its environment variables has the password in POSTGRES_PASSWORD of db"
		if given != want || strings.HasPrefix(cause.Remedy, mine) == want {
			t.Errorf("%s: %v %q", value, given, cause.Remedy)
		}
	}
}

func TestAPausedServiceIsSaidToBePaused(t *testing.T) {
	t.Parallel()
	item := StatusItem{Kind: "service", Name: "db", State: "paused"}
	if cause, known := (&View{}).Cause(t.Context(), item); !known || cause.Remedy != "docker compose unpause db" {
		t.Errorf("%+v", cause)
	}
}

func TestTheDatabasesLogBlamesItsClientsOnlyForThemselves(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		`ERROR:  relation "badges" does not exist at character 56`:                                                              false,
		`FATAL:  password authentication failed for user "shop"`:                                                                false,
		"DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 17.5.": true,
	} {
		if cause, known := databasesCause(line); known != want {
			t.Errorf("%s: %+v", line, cause)
		}
	}
}

func TestAnImageOfOtherCodeIsThoughtOf(t *testing.T) {
	t.Parallel()
	var built, pulled types.ServiceConfig
	built.Build = &types.BuildConfig{}
	const rebuild = "devenv up --build"
	lacks, _ := knownCause([]string{`relation "badges" does not exist`}, "db", database.Settings{}, false)
	if got := ofOtherCode(lacks, built); !strings.Contains(got.Remedy, rebuild) {
		t.Errorf("%+v", got)
	}
	if got := ofOtherCode(lacks, pulled); got != lacks {
		t.Errorf("nothing builds it: %+v", got)
	}
	if got := ofOtherCode(Cause{"paused", "docker compose unpause api"}, built); strings.Contains(got.Remedy, "build") {
		t.Errorf("%+v", got)
	}
}

func TestAnImageOfOtherCodeLacksTheRevision(t *testing.T) {
	t.Parallel()
	const log = "FAILED: Can't locate revision identified by '0d8a85b6b1d0'"
	for name, c := range map[string]struct {
		log   string
		at    userdata.Position
		known bool
	}{
		"the branch has it":     {log, userdata.Position{Compared: true, Revisions: []string{"0d8a85b6b1d0"}}, true},
		"the branch lacks it":   {log, userdata.Position{Compared: true, Revisions: []string{"0d8a85b6b1d0"}, Unknown: []string{"0d8a85b6b1d0"}}, false},
		"another one is missed": {log, userdata.Position{Compared: true, Revisions: []string{"aaaaaaaaaaaa"}}, false},
		"it only runs":          {"Running upgrade -> 0d8a85b6b1d0", userdata.Position{Compared: true, Revisions: []string{"0d8a85b6b1d0"}}, false},
		"nothing is known":      {log, userdata.Position{}, false},
	} {
		if cause, known := ofOldImage(c.log, c.at); known != c.known || known && !strings.Contains(cause.Remedy, "devenv up --build") {
			t.Errorf("%s: %t %+v", name, known, cause)
		}
	}
}
