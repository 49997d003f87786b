package catalog

import (
	"testing"

	"devenv/devenv/database/internal/databasetest"
)

func TestWhatADumpRestoresIsNoDifference(t *testing.T) {
	t.Parallel()
	conn := servers.Template(t, `CREATE TABLE jobs (state varchar(9), CONSTRAINT known CHECK (state IN ('new', 'it''s, "so"')));
		CREATE INDEX waiting ON jobs (state) WHERE state IN ('new', 'old') AND state <> 'x'`).Copy(t)
	before := catalogOf(t, conn)
	databasetest.Exec(t, conn, `DO $$ DECLARE "check" text; "index" text;
		BEGIN
			SELECT pg_get_constraintdef(oid) INTO "check" FROM pg_constraint WHERE conname = 'known';
			"index" := pg_get_indexdef('waiting'::regclass);
			DROP INDEX waiting;
			ALTER TABLE jobs DROP CONSTRAINT known;
			EXECUTE "index";
			EXECUTE 'ALTER TABLE jobs ADD CONSTRAINT known ' || "check";
		END $$`)
	after := catalogOf(t, conn)
	const known = "constraint:public.jobs.known"
	if before.Objects[known].Definition == after.Objects[known].Definition {
		t.Errorf("Postgres spells it as before: %s", after.Objects[known].Definition)
	}
	if diff := before.Diff(after); len(diff) != 0 {
		t.Errorf("got %+v, want none", diff)
	}
	databasetest.Exec(t, conn, "ALTER TABLE jobs DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (state IN ('new', 'its, \"so\"'))")
	if diff := before.Diff(catalogOf(t, conn)); len(diff) != 1 || diff[0].Object != known {
		t.Errorf("got %+v, want another list", diff)
	}
}
