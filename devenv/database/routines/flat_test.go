package routines

import (
	"slices"
	"testing"
)

func TestEachStatementIsSeenByItself(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string][]string{
		"UPDATE a SET b = ';' WHERE c = %(c)s":                       {"UPDATE a SET b = ';' WHERE c = %(c)s"},
		"ALTER TABLE a ADD b int; -- then\nUPDATE a SET b = c::int;": {"ALTER TABLE a ADD b int", "UPDATE a SET b = c::int"},
		"CREATE FUNCTION f() AS $$ BEGIN x; y; END $$; SELECT f()":   {"CREATE FUNCTION f() AS $$ BEGIN x; y; END $$", "SELECT f()"},
		"DO $x$ DECLARE n text; BEGIN n := btrim(r.fee); UPDATE a SET b = n::int, n = 1; END $x$": {
			"WITH DECLARE (btrim(r.fee)) text; BEGIN n := btrim(r.fee); UPDATE a SET b = (btrim(r.fee))::int, n = 1; END",
		},
		"DO LANGUAGE plpgsql $$ BEGIN t := t || 'x'; DELETE FROM a WHERE b = t; END $$": {"WITH BEGIN t := t || 'x'; DELETE FROM a WHERE b = t; END"},
	} {
		if got := Flat([]string{sql}); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", sql, got)
		}
	}
}
