package devenv_test

import (
	"crypto/rand"
	"testing"

	"devenv/devenv/sample"
)

func TestTheApplicationsDatabaseIsTheOneRead(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace("backend.dev.env", ":5432/postgres", ":5432/toolshed")
	c.replace(composeFile, "      - ./data/postgres/pgdata", "      - ./initdb:/docker-entrypoint-initdb.d\n      - ./data/postgres/pgdata")
	c.write("initdb/own.sql", "-- "+rand.Text()+": a base that no run before this one has made\nCREATE DATABASE toolshed;\n")
	c.git("add", "-A")
	c.git("commit", "-qm", "A database of its own")
	c.git("checkout", "-q", sample.FeatureBranch)
	c.git("rebase", "-q", sample.BaseBranch)
	for _, known := range []bool{false, true} {
		result := c.must(c.newMigration(only("apply.seeded")))
		seeded := statuses(result)["apply.seeded"]
		if result.Document.Base.Cached != known || len(seeded.Evidence) == 0 || seeded.Evidence[0].Rows == 0 {
			t.Errorf("base known %v: the rows that make the migration fail were not found: %+v", known, seeded)
		}
		c.git("clean", "-qfd")
	}
	c.write("legacy.sql", "CREATE TABLE legacy AS SELECT 1 AS id;\n")
	c.write(".devenv.yaml", "seed: {dump: legacy.sql}\n")
	image := c.must(c.newMigration(dry)).Document.Base.Image
	if rows := c.baseRows(image, "legacy") + c.baseRows(image, "items"); rows != 1 {
		t.Errorf("the dump went to another database than the migrations: %d rows", rows)
	}
	c.nothingLeft()
}
