package migrations

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseWaiver(t *testing.T) {
	for comment, want := range map[string]*Waiver{
		"# devenv: allow data.lost(public.users.legacy) -- nobody reads it": {
			ID: "data.lost", Object: "public.users.legacy", Reason: "nobody reads it", Line: 3,
		},
		"#devenv: allow apply.seeded -- (see #12) -- twice": {ID: "apply.seeded", Reason: "(see #12) -- twice", Line: 3},
		"# devenv: allow history.single":                    {ID: "history.single", Line: 3},
		"# devenv: alow x":                                  {ID: "alow x", Line: 3},
		"# devenvy: allow x":                                nil,
		"# allow x":                                         nil,
	} {
		got, ok := ParseWaiver(comment, 3)
		if want == nil {
			if ok {
				t.Errorf("%q is not addressed to devenv, yet: %+v", comment, got)
			}
			continue
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("%q: %s", comment, diff)
		}
	}
}
