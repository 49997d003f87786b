package forward

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Roles belong to the whole cluster, which the tests share: these need none.
func TestOnlyRolesThatStayCanLoseTheirLogin(t *testing.T) {
	t.Parallel()
	before := Access{
		Roles:  map[string]bool{"legacy": true, "app": true, "old": true, "lost": true, "chief": true, "late": true, "never": true},
		Owners: map[string]string{"table:public.t": "old"}, Settings: map[string]string{"role old.search_path": "search_path=app"},
		Expired: map[string]bool{"never": true},
	}
	after := Access{
		Roles: map[string]bool{"app": false, "new": true, "late": true, "never": true}, Expired: map[string]bool{"late": true, "never": true},
		Owners: map[string]string{"table:public.t": "new"}, Settings: map[string]string{"role new.search_path": "search_path=app"},
	}
	statements := []string{"DROP USER legacy", "ALTER ROLE old RENAME TO new", "ALTER ROLE app NOLOGIN", "ALTER ROLE late VALID UNTIL '2024-01-01'", "ALTER ROLE chief SUPERUSER"}
	said := map[string]bool{}
	for _, change := range Compare(State{Access: before}, State{Access: after}, statements, "") {
		said[change.Text+": "+change.Mend] = change.Grave
	}
	want := map[string]bool{
		"the role app can no longer log in: ALTER ROLE app LOGIN": true, "the role lost is gone: CREATE ROLE lost LOGIN": false,
		"the role late can no longer log in: its password is no longer valid: ALTER ROLE late VALID UNTIL 'infinity'": true,
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("got %v (-want +got):\n%s", slices.Sorted(maps.Keys(said)), diff)
	}
}

func TestAUselessRightIsNotLost(t *testing.T) {
	const (
		floors  = "CREATE VIEW floors AS SELECT h.town FROM houses h JOIN rooms r ON r.house = h.id"
		streets = "CREATE VIEW streets WITH (security_barrier) AS SELECT id, street FROM houses\nCOMMENT ON VIEW streets IS 'for the post'"
		counts  = "CREATE MATERIALIZED VIEW counts AS SELECT house, count(*) AS n FROM rooms GROUP BY house\n" +
			"CREATE UNIQUE INDEX counts_house ON counts (house)"
	)
	template := servers.Template(t, fixture+floors+"; GRANT SELECT, INSERT, UPDATE, DELETE ON floors, streets, counts TO forward_app")
	for name, c := range map[string]example{
		"writes to a join":                {"DROP VIEW floors\n" + floors + "\nGRANT SELECT ON floors TO forward_app", nil},
		"writes to a materialised view":   {"DROP MATERIALIZED VIEW counts\n" + counts + "\nGRANT SELECT ON counts TO forward_app", nil},
		"what reads a join":               {"DROP VIEW floors\n" + floors, []string{"view:public.floors: forward_app has lost SELECT on"}},
		"writes to a view":                {"DROP VIEW streets\n" + streets + "\nGRANT SELECT ON streets TO forward_app", []string{"view:public.streets: forward_app has lost DELETE, INSERT, UPDATE on"}},
		"a function that writers may run": {"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC\nGRANT EXECUTE ON FUNCTION code(), sealed(text) TO forward_app", nil},
		"a function that readers may run": {
			"REVOKE EXECUTE ON FUNCTION code() FROM PUBLIC\nGRANT EXECUTE ON FUNCTION code() TO forward_reader",
			[]string{"function:public.code(): forward_app has lost EXECUTE on"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := slices.DeleteFunc(compared(t, template.Copy(t), c, ""), func(said string) bool {
				return !strings.Contains(said, "forward_") // another test's role
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v", got)
			}
		})
	}
}

// The owner keeps every right on what is its own.
func TestAnOwnerReservesNoFunction(t *testing.T) {
	t.Parallel()
	const price = "function:public.price(integer)"
	before := Access{
		Roles:  map[string]bool{"migrator": true, "app": true, "reports": true},
		Owners: map[string]string{price: "migrator", "table:public.t": "migrator"},
		Rights: map[Grant]string{
			{"migrator", "table:public.t"}: "INSERT SELECT", {"app", "table:public.t"}: "INSERT SELECT", {"reports", "table:public.t"}: "SELECT",
			{"migrator", price}: "EXECUTE", {"reports", price}: "EXECUTE",
		},
	}
	after := before
	after.Rights = maps.Clone(before.Rights)
	delete(after.Rights, Grant{"reports", price})
	statements := []string{"REVOKE EXECUTE ON FUNCTION price(int) FROM PUBLIC"}
	if found := Compare(State{Access: before}, State{Access: after}, statements, ""); len(found) != 1 {
		t.Errorf("taken from everybody: %+v", found)
	}
	after.Rights[Grant{"app", price}] = "EXECUTE"
	if found := Compare(State{Access: before}, State{Access: after}, statements, ""); len(found) != 0 {
		t.Errorf("kept by who writes: %+v", found)
	}
}
