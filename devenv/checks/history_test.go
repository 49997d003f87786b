package checks

import (
	"strings"
	"testing"

	"devenv/migrations"
)

func TestHeadsAreNotCountedInABrokenGraph(t *testing.T) {
	for kind, want := range map[migrations.ProblemKind]Answer{
		migrations.ProblemDuplicate: Unasked, migrations.ProblemParent: Unasked, migrations.ProblemCycle: Unasked,
		migrations.ProblemLongID: Clean, migrations.ProblemBroken: Unasked, migrations.ProblemImport: Clean,
	} {
		f := ready(func(f *Facts) {
			f.History.Problems = []migrations.Problem{{Kind: kind, Revision: "3f2a", Message: "wrong"}}
		})
		if got := judgeHeads(&f); got.Answer != want {
			t.Errorf("%s: %d %s", kind, got.Answer, got.Summary)
		}
	}
}

func TestAModelDriftIsFixedInARevision(t *testing.T) {
	f := ready(func(f *Facts) {
		f.Drift.Operations = []migrations.Operation{{
			Kind: migrations.AddColumn, Object: "column:public.users.x", Rendered: "op.add_column(…)",
		}}
	})
	if hint := judgeDrift(&f).Hint; !strings.Contains(hint, "op.add_column(…)") {
		t.Errorf("with a revision: %s", hint)
	}
	f.Revisions = nil
	if hint := judgeDrift(&f).Hint; !strings.Contains(hint, "devenv new-migration") {
		t.Errorf("without one: %s", hint)
	}
}

func TestAFailingRowBreaksAMove(t *testing.T) {
	for want, tried := range map[bool][]WitnessTrial{false: {{}, {}}, true: {{}, {Failure: notNull()}}} {
		if got := (WitnessOutcome{Tried: tried}).Broken(); got != want {
			t.Errorf("%+v: %v", tried, got)
		}
	}
}

func TestABrokenHistoryNamesTheFileToFix(t *testing.T) {
	own := func(id string, down ...string) migrations.Revision {
		return migrations.Revision{ID: id, Down: down, Path: "versions/" + id + ".py", Head: true}
	}
	problem := func(kind migrations.ProblemKind, id string) func(*Facts) {
		return func(f *Facts) {
			f.History.Problems = []migrations.Problem{{Kind: kind, Revision: id, File: "versions/copy.py", Message: "wrong"}}
		}
	}
	for name, c := range map[string]struct {
		change func(*Facts)
		id     string
		says   []string
	}{
		"two heads of the branch's own": {func(f *Facts) {
			f.Revisions = append(f.Revisions, own("9d8e", "1b2c"))
			f.History.Revisions = append(f.History.Revisions, own("9d8e", "1b2c"))
		}, "history.heads", []string{"versions/9d8e.py", `down_revision = "3f2a"`}},
		"the base went on": {func(f *Facts) {
			f.BaseHeads, f.Since = []string{"9d8e"}, map[string]string{"9d8e": "12 Nov 2024"}
			f.History.Revisions = append(f.History.Revisions, own("9d8e", "1b2c"))
		}, "history.heads", []string{
			"9d8e (develop since 12 Nov 2024, parent 1b2c)", "versions/3f2a.py", `down_revision = "9d8e"`, "--keep",
		}},
		"a copied file": {problem(migrations.ProblemDuplicate, "3f2a"), "history.parent", []string{"versions/copy.py", "revision ="}},
		"a copy of the base's file, read first": {func(f *Facts) {
			f.History.Revisions = append(f.History.Revisions, migrations.Revision{ID: "3f2a", Path: "versions/original.py"})
			f.History.Problems = []migrations.Problem{{
				Kind: migrations.ProblemDuplicate, Revision: "3f2a", File: "versions/original.py",
				Message: "3f2a: revision id 3f2a is also that of 3f2a.py",
			}}
		}, "history.parent", []string{"also that of original.py", "in versions/3f2a.py write"}},
		"an id too long": {
			problem(migrations.ProblemLongID, strings.Repeat("x", 40)), "history.parent",
			[]string{`revision = "` + strings.Repeat("x", 32) + `"`},
		},
		"a broken file": {problem(migrations.ProblemBroken, ""), "history.parent", []string{"correct versions/copy.py"}},
		"a missing parent": {
			problem(migrations.ProblemParent, "3f2a"), "history.parent", []string{"versions/copy.py", `down_revision = "1b2c"`},
		},
		"the base's head is gone": {func(f *Facts) {
			f.BaseHeads, f.Edited = []string{"9d8e"}, []Edit{{Path: "versions/9d8e.py", Status: "removed"}}
		}, "history.parent", []string{"history.edited", "9d8e is gone"}},
		"its parent is the base's head, which is gone": {func(f *Facts) {
			problem(migrations.ProblemParent, "3f2a")(f)
			f.BaseHeads, f.Edited = []string{"9d8e"}, []Edit{{Path: "versions/9d8e.py", Status: "removed"}}
		}, "history.parent", []string{"history.edited", "9d8e is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := answers(ready(c.change), Selection{})[c.id]
			for _, want := range c.says {
				if !strings.Contains(a.Summary+"\n"+a.Hint, want) {
					t.Errorf("%s lacks %q: %s\n%s", c.id, want, a.Summary, a.Hint)
				}
			}
		})
	}
}
