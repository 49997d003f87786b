package migrations

import "testing"

func TestAHeadThatAnotherNeedsIsApplied(t *testing.T) {
	t.Parallel()
	h := History{Revisions: []Revision{
		{ID: "a1", Labels: []string{"orders"}, Head: true}, {ID: "b1", Dependencies: []string{"orders"}}, {ID: "b2", Down: []string{"b1"}, Head: true},
	}}
	for _, c := range []struct {
		recorded []string
		want     bool
	}{
		{[]string{"b2"}, true},
		{[]string{"a1", "b2"}, true},
		{[]string{"a1", "b1"}, false},
		{[]string{"b2", "gone"}, false},
		{nil, false},
	} {
		if got := h.AtHead(c.recorded); got != c.want {
			t.Errorf("%v: got %v", c.recorded, got)
		}
	}
}

func TestARevisionHasTheLabelOfItsLine(t *testing.T) {
	t.Parallel()
	h := History{Revisions: []Revision{
		{ID: "a1", Labels: []string{"orders"}}, {ID: "a2", Down: []string{"a1"}}, {ID: "b1"}, {ID: "m", Down: []string{"a2", "b1"}},
	}}
	for id, want := range map[string]string{"a1": "orders", "a2": "orders", "b1": "", "m": "", "gone": ""} {
		if got := h.Label(id); got != want {
			t.Errorf("%s: got %q", id, got)
		}
	}
}
