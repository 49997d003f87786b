package forward

import (
	"maps"
	"slices"
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
