package trials

import (
	"testing"

	"devenv/migrations"
)

func TestABranchGoesBackToTheHeadThatItFollows(t *testing.T) {
	t.Parallel()
	revision := func(id string, down ...string) migrations.Revision { return migrations.Revision{ID: id, Down: down} }
	for _, c := range []struct {
		what string
		own  []migrations.Revision
		want string
	}{
		{"one revision", []migrations.Revision{revision("b2", "b1")}, "b1"},
		{"two revisions", []migrations.Revision{revision("b2", "b1"), revision("b3", "b2")}, "b1"},
		{"two lines", []migrations.Revision{revision("b2", "b1"), revision("a2", "a1")}, ""},
		{"a line of its own", []migrations.Revision{revision("c1")}, ""},
		{"an older revision", []migrations.Revision{revision("b2", "b0")}, ""},
	} {
		if got := followed(c.own, []string{"a1", "b1"}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}
