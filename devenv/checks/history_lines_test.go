package checks

import (
	"testing"

	"devenv/migrations"
)

func TestLabelledHeadsOfTheBaseAreByDesign(t *testing.T) {
	own := func(id, down, label string) migrations.Revision {
		r := migrations.Revision{ID: id, Path: "versions/" + id + ".py", Head: true}
		if down != "" {
			r.Down = []string{down}
		}
		if label != "" {
			r.Labels = []string{label}
		}
		return r
	}
	for name, c := range map[string]struct {
		base                  []string
		own                   []migrations.Revision
		heads, parent, single Answer
	}{
		"one on each":              {[]string{"a1", "b1"}, []migrations.Revision{own("a2", "a1", ""), own("b2", "b1", "")}, Clean, Clean, Clean},
		"a new labelled root":      {[]string{"a1", "b1"}, []migrations.Revision{own("a2", "a1", ""), own("c1", "", "more")}, Clean, Clean, Clean},
		"a new root without label": {[]string{"a1", "b1"}, []migrations.Revision{own("c1", "", "")}, Found, Found, Clean},
		"a label in a single line": {[]string{"a1"}, []migrations.Revision{own("c1", "", "more")}, Found, Found, Clean},
		"two that follow the same": {[]string{"a1", "b1"}, []migrations.Revision{own("a2", "a1", ""), own("a3", "a1", "")}, Found, Clean, Found},
	} {
		t.Run(name, func(t *testing.T) {
			f := ready(func(f *Facts) {
				f.BaseHeads, f.Revisions, f.OnePerBranch = c.base, c.own, true
				f.History = migrations.History{Revisions: c.own}
				for _, head := range c.base {
					followed := false
					for _, r := range c.own {
						followed = followed || len(r.Down) > 0 && r.Down[0] == head
					}
					f.History.Revisions = append(f.History.Revisions, migrations.Revision{ID: head, Head: !followed})
				}
			})
			got := []Answer{judgeHeads(&f).Answer, judgeParent(&f).Answer, judgeSingle(&f).Answer}
			for i, want := range []Answer{c.heads, c.parent, c.single} {
				if got[i] != want {
					t.Errorf("heads, parent, single: %v, want %v, %v, %v", got, c.heads, c.parent, c.single)
					break
				}
			}
		})
	}
}
