package trials

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/migrations"
)

func TestRowsArriveWhereOnesThatWriteHaveCommitted(t *testing.T) {
	sent := func(seq int, transaction, sql string) migrations.Statement {
		s := migrations.Statement{Seq: seq, Revision: "a1", Transaction: transaction, SQL: sql}
		if s.Version = sql == "version"; s.Version {
			s.Revision = ""
		}
		return s
	}
	cases := map[string]struct {
		statements []migrations.Statement
		want       []int
	}{
		"one transaction": {[]migrations.Statement{
			sent(1, "1", "UPDATE users SET name = ''"), sent(2, "1", "ALTER TABLE users ALTER name SET NOT NULL"), sent(3, "1", "version"),
		}, nil},
		"a back-fill that is committed first": {[]migrations.Statement{
			sent(1, "1", "ALTER TABLE users ADD x int"), sent(2, "2", "UPDATE users SET x = 1"), sent(3, "3", "ALTER TABLE users ALTER x SET NOT NULL"),
		}, []int{2}},
		"one in another revision": {[]migrations.Statement{
			sent(1, "1", "UPDATE users SET x = 1"), sent(2, "1", "version"), sent(3, "2", "ALTER TABLE users ALTER x SET NOT NULL"),
		}, []int{2}},
		"nothing but the version follows": {[]migrations.Statement{sent(1, "1", "UPDATE users SET x = 1"), sent(2, "2", "version")}, nil},
		"many parts": {[]migrations.Statement{
			sent(1, "1", "UPDATE users SET x = 1"), sent(2, "2", "UPDATE users SET x = 1"), sent(3, "3", "DELETE FROM users"), sent(4, "4", "ALTER TABLE users"),
		}, []int{2, 3}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, s := range arrivalPoints(c.statements) {
				got = append(got, s.Seq)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextsOfABulkInsertAreInItsSource(t *testing.T) {
	t.Parallel()
	source := `op.bulk_insert(kinds, [{"kind": "unknown", "rank": 1}, {'kind': 'it is', "other": "x"}])`
	statements := []string{
		"INSERT INTO pod.kinds (kind, rank) VALUES (%(kind)s, %(rank)s)", "INSERT INTO pod.kinds (other) SELECT kind FROM pod.events",
		"INSERT INTO pod.kinds (kind) VALUES ('known')",
	}
	got := literalInserts(statements, source)
	want := []string{"INSERT INTO pod.kinds (kind) VALUES ('unknown')", "INSERT INTO pod.kinds (kind) VALUES ('it is')"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
