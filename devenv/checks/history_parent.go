package checks

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"devenv/devenv/report"
	"devenv/migrations"
)

func historyParent() Check {
	return Check{
		ID: "history.parent", Severity: report.StatusFail,
		Asks: "does the branch's first revision follow the base's head, in a sound graph?",
		Page: historyParentPage, Judge: judgeParent,
	}
}

func judgeParent(f *Facts) Finding {
	var evidence []report.Evidence
	for _, p := range f.problems() {
		evidence = append(evidence, report.Evidence{Revision: p.Revision, File: p.File, Line: p.Line, Message: p.Message})
	}
	if first, ok := f.firstWithWrongParent(); ok {
		evidence = append(evidence, report.Evidence{
			Revision: first.ID, File: first.Path,
			Message: fmt.Sprintf("its parent is %s, but %s", parents(first), f.headsOfBase()),
		})
	}
	switch {
	case len(evidence) == 0 && len(f.Revisions) == 0:
		return unasked("the branch adds no revision")
	case len(evidence) == 0:
		return clean(f.descent())
	}
	return found(evidence[0].Message, f.parentHint(), evidence...)
}

// headsOfBase tells which heads the base has.
func (f *Facts) headsOfBase() string {
	switch len(f.BaseHeads) {
	case 0:
		return f.BaseRef + " has no revision"
	case 1:
		return "the head of " + f.BaseRef + " is " + f.BaseHeads[0]
	}
	return "the heads of " + f.BaseRef + " are " + strings.Join(f.BaseHeads, " and ")
}

// descent tells what the branch's first revision follows.
func (f *Facts) descent() string {
	first := f.Revisions[0]
	switch {
	case len(first.Down) == 0 && len(f.BaseHeads) == 0:
		return "begins the history: " + f.headsOfBase()
	case len(first.Down) == 0:
		return "begins the history, as what " + f.BaseRef + "'s databases have already"
	case len(f.BaseHeads) > 1:
		return fmt.Sprintf("follows %s, of the heads of %s", parents(first), f.BaseRef)
	}
	return fmt.Sprintf("follows %s, the head of %s", parents(first), f.BaseRef)
}

// problems returns the problems of the graph. When two files share an id, the branch's is the copy, whichever was read
// first.
func (f *Facts) problems() []migrations.Problem {
	problems := slices.Clone(f.History.Problems)
	for i, p := range problems {
		inFile := func(r migrations.Revision) bool { return r.Path == p.File }
		if p.Kind != migrations.ProblemDuplicate || slices.ContainsFunc(f.Revisions, inFile) ||
			!slices.ContainsFunc(f.History.Revisions, inFile) {
			continue
		}
		if at := slices.IndexFunc(f.Revisions, func(r migrations.Revision) bool { return r.ID == p.Revision }); at >= 0 {
			problems[i].File, problems[i].Line = f.Revisions[at].Path, 0
			problems[i].Message = fmt.Sprintf("%s: revision id %s is also that of %s", p.Revision, p.Revision, path.Base(p.File))
		}
	}
	return problems
}

// parentHint returns how to fix the first problem.
func (f *Facts) parentHint() string {
	if len(f.History.Problems) == 0 {
		return f.headsHint()
	}
	p := f.problems()[0]
	switch p.Kind {
	case migrations.ProblemDuplicate:
		return "give the copy its own id: " + f.mender().Header(p.File, migrations.Revision{ID: "…"}) +
			"\nand make it follow the other, or the base's head"
	case migrations.ProblemLongID:
		return "give it a shorter id: " + f.mender().Header(p.File, migrations.Revision{ID: f.mender().shortened(p.Revision)})
	case migrations.ProblemBroken, migrations.ProblemImport:
		return "correct " + p.File + ": " + f.mender().Words().Tool +
			" reads every file in the directory and stops at one that it cannot read"
	case migrations.ProblemParent, migrations.ProblemCycle:
		if hint := f.restoreFirst(); hint != "" {
			return hint
		}
		if len(f.BaseHeads) > 0 {
			return f.followBase(p.File)
		}
	}
	return f.headsHint()
}

// firstWithWrongParent returns the branch's first revision with a parent that is neither in the branch nor a head of
// the base.
func (f *Facts) firstWithWrongParent() (migrations.Revision, bool) {
	for _, r := range f.Revisions {
		if r.StartsLine(f.BaseHeads) {
			continue
		}
		if len(r.Down) == 0 && len(f.BaseHeads) > 0 && !slices.Contains(f.BaseHeads, r.ID) { // not the baseline itself
			return r, true
		}
		for _, down := range r.Down {
			if !slices.Contains(f.BaseHeads, down) && f.ownerOf(down) != "yours" {
				return r, true
			}
		}
	}
	return migrations.Revision{}, false
}

const historyParentPage = `The branch's first revision must have the base branch's head as its parent, and the graph must be sound: no parent that
does not exist, no cycle, no revision id used twice, none longer than the 32 characters that the version table holds.

Why it matters: a stale parent merges without a conflict and leaves two heads; a missing parent stops every command
with a bare KeyError; two files with the same revision id hide each other.

Example: a parent that was renumbered, or that belongs to a branch that was never merged:

    revision = "c0de00000001"
    down_revision = "5e5e00000000"

How to fix it: write the base's head into down_revision, or run "devenv new-migration --keep" (it changes that line only)
or "--replace". If a file was copied, give the copy its own id.

How to allow it: # devenv: allow history.parent -- reason
`
