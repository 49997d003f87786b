package writes

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
	"devenv/devenv/database/witness"
)

// constantsFixture has a state whose rows need more than the state, and a trigger that refuses one.
const constantsFixture = `
CREATE TABLE jobs (id int PRIMARY KEY, state text NOT NULL, closed date, kind text);
INSERT INTO jobs VALUES (1, 'open', NULL, 'a'), (2, 'closed', '2020-01-01', 'b');
ALTER TABLE jobs ADD CONSTRAINT a CHECK (state <> 'closed' OR closed IS NOT NULL);
CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.kind = 'b' AND NEW.id = 1 THEN RAISE check_violation; END IF; RETURN NEW; END $$;
CREATE TRIGGER kept BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION kept();
`

func TestOnlyNewChecksOfAValueRefuseConstants(t *testing.T) {
	conn := servers.Template(t, constantsFixture).Copy(t)
	before, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	constants := textConstants(t, conn, &before)
	for _, c := range []struct{ what, move, want string }{
		{"a list with every value", "ALTER TABLE jobs ADD CHECK (state IN ('open', 'closed')), ADD CHECK (kind IN ('a', 'b'))", ""},
		{"a list, and an old CHECK under a new name", "ALTER TABLE jobs RENAME CONSTRAINT a TO z; ALTER TABLE jobs RENAME closed TO at; " +
			"ALTER TABLE jobs ADD CHECK (state IN ('open', 'closed'))", ""},
		{
			"a list without a value", "UPDATE jobs SET state = 'shut' WHERE state = 'closed'; " +
				"ALTER TABLE jobs ADD CHECK (state IN ('open', 'shut'))",
			"state closed",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
			if got := refusedAfter(t, tx, &before, constants, c.move); got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}

// textConstants returns the values of the columns of texts.
func textConstants(t *testing.T, conn *pgx.Conn, shape *catalog.Shape) []Constant {
	t.Helper()
	var columns []Constant
	for _, c := range shape.Tables[0].Columns {
		if c.TakesText() {
			columns = append(columns, Constant{Table: shape.Tables[0].OID, Column: c.Number})
		}
	}
	constants, err := Constants(t.Context(), conn, shape, columns)
	if err != nil {
		t.Fatal(err)
	}
	return constants
}

// refusedAfter returns which of some constants are refused after a move in a transaction.
func refusedAfter(t *testing.T, tx pgx.Tx, before *catalog.Shape, constants []Constant, move string) (refused string) {
	t.Helper()
	if _, err := tx.Exec(t.Context(), move, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	var after catalog.Shape
	if err := after.Read(t.Context(), tx, query.VersionTable{}); err != nil {
		t.Fatal(err)
	}
	if len(Narrowed(before, witness.Restrictions(before, &after))) == 0 {
		t.Error("the move restricts no column")
	}
	failed, err := RefusedConstants(t.Context(), tx, before, &after, constants)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failed {
		refused += f.Column + " " + f.Constant
	}
	return refused
}
