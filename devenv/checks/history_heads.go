package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/report"
	"devenv/migrations"
)

func historyHeads() Check {
	return Check{
		ID: "history.heads", Severity: report.StatusFail,
		Asks: "does the history have one head after merging with the base?",
		Page: historyHeadsPage, Judge: judgeHeads,
	}
}

func judgeHeads(f *Facts) Finding {
	if slices.ContainsFunc(f.History.Problems, hidesHeads) {
		return unasked("the graph is not sound (history.parent)")
	}
	if !f.History.Complete() {
		return unasked("a file that cannot be read may be a head (history.parent)")
	}
	var heads []migrations.Revision
	for _, r := range f.History.Revisions {
		if r.Head {
			heads = append(heads, r)
		}
	}
	if len(heads) <= migrations.MostHeads(f.Revisions, f.BaseHeads) {
		return clean(fmt.Sprintf("%s after merging with %s", report.Count(len(heads), "head"), f.BaseRef))
	}
	names := make([]string, 0, len(heads))
	evidence := make([]report.Evidence, 0, len(heads))
	for _, r := range heads {
		owner := f.ownerOf(r.ID)
		if since := f.Since[r.ID]; owner != "yours" && since != "" {
			owner += " since " + since
		}
		names = append(names, fmt.Sprintf("%s (%s, parent %s)", r.ID, owner, parents(r)))
		evidence = append(evidence, report.Evidence{Revision: r.ID, File: r.Path, Detail: owner + ", parent " + parents(r)})
	}
	return found(fmt.Sprintf("%d heads: %s", len(heads), strings.Join(names, " and ")), f.headsHint(), evidence...)
}

// hidesHeads reports whether a problem of the graph makes revisions look like heads that are not.
func hidesHeads(p migrations.Problem) bool {
	return p.Kind == migrations.ProblemDuplicate || p.Kind == migrations.ProblemParent || p.Kind == migrations.ProblemCycle
}

// restoreFirst returns what to do where the branch lacks a head of the base: no revision can follow it; "" otherwise.
func (f *Facts) restoreFirst() string {
	lacking := f.lackingHead()
	if lacking == "" || len(f.Edited) == 0 {
		return ""
	}
	return fmt.Sprintf("first restore the migrations of %s (history.edited): revision %s is gone, and databases are still at it",
		f.BaseRef, lacking)
}

// headsHint returns how to get back to one head.
func (f *Facts) headsHint() string {
	if hint := f.restoreFirst(); hint != "" {
		return hint
	}
	if len(f.Revisions) == 0 {
		return f.joinHint()
	}
	if later, earlier, ok := f.ownHeads(); ok {
		return "make one follow the other: " + f.mender().follow(later.Path, earlier.ID) +
			"\nor combine them: devenv new-migration --replace \"…\""
	}
	if len(f.BaseHeads) == 0 {
		return f.joinHint()
	}
	return f.followBase(f.stale().Path)
}

// joinHint returns how to join heads, and where if the base has them all already.
func (f *Facts) joinHint() string {
	join := "join them: " + f.mender().Words().Join
	if len(f.BaseHeads) > 1 {
		join = f.headsOfBase() + " already; join them there: " + f.mender().Words().Join
	}
	return join
}

// lackingHead returns a head of the base whose file is gone, or an empty string when there is none.
func (f *Facts) lackingHead() string {
	for _, head := range f.BaseHeads {
		if _, ok := f.History.Find(head); !ok {
			return head
		}
	}
	return ""
}

// followBase returns how to make a revision follow the base's head, or all of its heads.
func (f *Facts) followBase(path string) string {
	head := "the base's head"
	if len(f.BaseHeads) > 1 {
		head = "the base's heads " + strings.Join(f.BaseHeads, " and ")
	}
	return "make your revision follow " + head + ": devenv new-migration --keep \"…\", or " + f.mender().follow(path, f.BaseHeads...) +
		"\nor recreate it: devenv new-migration --replace \"…\""
}

// stale returns the branch's revision that does not follow the base, or else its first.
func (f *Facts) stale() migrations.Revision {
	if r, ok := f.firstWithWrongParent(); ok {
		return r
	}
	return f.Revisions[0]
}

// ownHeads returns two heads of the branch that both follow the base.
func (f *Facts) ownHeads() (later, earlier migrations.Revision, ok bool) {
	var own []migrations.Revision
	for _, r := range f.Revisions {
		if r.Head {
			own = append(own, r)
		}
	}
	if _, stale := f.firstWithWrongParent(); len(own) < 2 || stale {
		return later, earlier, false
	}
	return own[1], own[0], true
}

// ownerOf returns whose a revision is, for people to read.
func (f *Facts) ownerOf(revision string) string {
	if slices.ContainsFunc(f.Revisions, func(r migrations.Revision) bool { return r.ID == revision }) {
		return "yours"
	}
	return f.BaseRef
}

func parents(r migrations.Revision) string {
	if len(r.Down) == 0 {
		return "none"
	}
	return strings.Join(r.Down, ", ")
}

const historyHeadsPage = `After your branch is merged with the base branch, the migration history must end in one revision.

Why it matters: with two heads, an upgrade to the head refuses to run for everybody who pulls the merge. It happens when two
branches each add a migration to the same parent and both are merged.

A base that keeps several heads by design may have as many, and one more for each labelled root that the branch adds.

Example: develop has gained revision b0a500000002, and the branch, which is older, follows the same parent:

    revision = "c0de00000001"
    down_revision = "b0a500000001"

How to fix it: make your first revision follow the base's head: "devenv new-migration --keep" changes its down_revision,
"--replace" regenerates it. A merge revision is right only if both are already on the base branch.

How to allow it: # devenv: allow history.heads -- reason
`
