package generate

import (
	"testing"

	"devenv/devenv/database/catalog"
)

func TestABaselineMakesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	there := catalog.Catalog{Objects: map[string]catalog.Object{"table:public.users": {}, "column:public.users.id": {}, "column:public.users.name": {}}}
	for _, c := range []struct {
		made []string
		want bool
	}{
		{[]string{"table:public.users", "column:public.users.id"}, true},
		{[]string{"table:public.users", "column:public.users.id", "column:public.users.email"}, false},
		{[]string{"table:public.teams"}, false},
		{nil, false},
	} {
		if got := hasAll(there, c.made); got != c.want {
			t.Errorf("%q: %v", c.made, got)
		}
	}
}
