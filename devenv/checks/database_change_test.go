package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

func TestAMissingObjectIsTracedToInitScripts(t *testing.T) {
	const cause = "; the branch changes db/init.sql, and init scripts run on empty databases only"
	added := []string{"CREATE EXTENSION citext", `CREATE EXTENSION "uuid-ossp"`, "CREATE ROLE reader"}
	for name, c := range map[string]struct {
		state, message string
		fromScratch    bool
		scripts        []string
		caused         bool
		hint           string
	}{
		"a type that a new statement names": {
			"42704", `type "citext" does not exist`, false, added, true,
			"start its upgrade() with\n    op.execute(\"CREATE EXTENSION IF NOT EXISTS citext\")",
		},
		"a role, which cannot be created twice": {
			"42704", `role "reader" does not exist`, false, added, true,
			"op.execute(\"CREATE ROLE reader\")\nand remove from db/init.sql what cannot run twice",
		},
		"a function of an extension, where the scripts ran": {
			"42883", "function uuid_generate_v4() does not exist", true, added, true,
			`CREATE EXTENSION IF NOT EXISTS "uuid-ossp"`,
		},
		"a function that may come from anywhere": {"42883", "function uuid_generate_v4() does not exist", false, added, false, ""},
		"a script that cannot be read":           {"3F000", `schema "crm" does not exist`, true, nil, true, "put what the script adds into the revision"},
		"rows":                                   {"23502", `column "citext" contains null values`, true, added, false, ""},
	} {
		answer := answers(ready(func(f *Facts) {
			f.Database = DatabaseChange{Scripts: []string{"db/init.sql"}, Added: c.scripts}
			f.Seeded.Failure = &migrations.Failure{Code: migrations.FailureSQL, SQLState: c.state, Message: c.message, Revision: "3f2a"}
			f.Scratch.Ran = c.fromScratch
		}), Selection{})["apply.seeded"]
		if strings.HasSuffix(answer.Summary, cause) != c.caused || !strings.Contains(answer.Hint, c.hint) {
			t.Errorf("%s: %q\n%s", name, answer.Summary, answer.Hint)
		}
	}
}

func TestWhatInitScriptsMakeMayStay(t *testing.T) {
	left := func(object string, added ...string) bool {
		_, warns := answers(ready(func(f *Facts) {
			f.Database = DatabaseChange{Scripts: []string{"db/init.sql"}, Added: added}
			f.Reverse.Differences = []catalog.Difference{{Object: object, Is: "1.6 in public"}}
		}), Selection{})["reverse.schema"]
		return warns
	}
	if left("extension:citext", "CREATE EXTENSION citext") || left("extension:uuid-ossp", `CREATE EXTENSION "uuid-ossp"`) {
		t.Error("an extension of the branch's init scripts may not stay")
	}
	if !left("extension:citext") || !left("extension:citext", "CREATE EXTENSION citext2") || !left("table:public.a", "CREATE TABLE a ()") {
		t.Error("something else may stay")
	}
}

func TestACreatedObjectMayBeThere(t *testing.T) {
	for sql, want := range map[string]string{
		"CREATE EXTENSION citext":                "CREATE EXTENSION IF NOT EXISTS citext",
		"create schema if not exists crm":        "create schema if not exists crm",
		"CREATE UNIQUE INDEX i ON t (a)":         "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)",
		"CREATE OR REPLACE VIEW v AS SELECT 1":   "CREATE OR REPLACE VIEW v AS SELECT 1",
		"GRANT SELECT ON ALL TABLES IN crm TO x": "GRANT SELECT ON ALL TABLES IN crm TO x",
	} {
		if got, repeatable := ifNotExists(sql); got != want || !repeatable {
			t.Errorf("%s: %q %v", sql, got, repeatable)
		}
	}
	if _, repeatable := ifNotExists("CREATE TYPE mood AS ENUM ('ok')"); repeatable {
		t.Error("a type can be created twice")
	}
}

func TestAServerThatTheBranchBringsIsNamed(t *testing.T) {
	brings := DatabaseChange{Server: []string{"its image from postgres:17 to postgres:18"}}
	for name, c := range map[string]struct {
		state, scratch string
		change         DatabaseChange
		named          bool
	}{
		"a newer function":       {"42883", "", brings, true},
		"a new extension":        {"0A000", "", brings, true},
		"rows that break it":     {"23502", "", brings, false},
		"it fails there as well": {"42883", "42883", brings, false},
		"the same server":        {"42883", "", DatabaseChange{}, false},
	} {
		f := ready(func(f *Facts) {
			f.Seeded = Outcome{Ran: true, Failure: &migrations.Failure{Message: "no", SQLState: c.state}}
			f.Scratch, f.Database = Outcome{Ran: true}, c.change
			if c.scratch != "" {
				f.Scratch.Failure = &migrations.Failure{Message: "no", SQLState: c.scratch}
			}
		})
		got := judgeSeeded(&f)
		if strings.Contains(got.Summary, "from postgres:17 to postgres:18") != c.named || strings.Contains(got.Hint, "first, on its own") != c.named {
			t.Errorf("%s: %s\n%s", name, got.Summary, got.Hint)
		}
	}
}
