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
	var heads []migrations.Revision
	for _, r := range f.History.Revisions {
		if r.Head {
			heads = append(heads, r)
		}
	}
	if len(heads) <= max(1, len(f.BaseHeads)) {
		return clean(fmt.Sprintf("%s after merging with %s", plural(len(heads), "head"), f.BaseRef))
	}
	names := make([]string, 0, len(heads))
	evidence := make([]report.Evidence, 0, len(heads))
	for _, r := range heads {
		owner := f.ownerOf(r.ID)
		names = append(names, fmt.Sprintf("%s (%s, parent %s)", r.ID, owner, parents(r)))
		evidence = append(evidence, report.Evidence{Revision: r.ID, File: r.Path, Detail: owner + ", parent " + parents(r)})
	}
	return found(fmt.Sprintf("%d heads: %s", len(heads), strings.Join(names, " and ")), f.headsHint(), evidence...)
}

// headsHint says how to come back to one head.
func (f *Facts) headsHint() string {
	if len(f.Revisions) == 0 || len(f.BaseHeads) == 0 {
		return "join them: alembic merge heads"
	}
	first := f.Revisions[0]
	return fmt.Sprintf("let your first revision follow the base's head: in %s write\n    down_revision = %q\nor make it anew: devenv new-migration --replace \"…\"",
		first.Path, f.BaseHeads[0])
}

// ownerOf says whose a revision is, for people.
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

const historyHeadsPage = `After merging your branch with the base branch the migration history must end in one revision.

Why it matters: with two heads "alembic upgrade head" refuses to run, for everybody who pulls the merge. It happens
when two branches add a migration on top of the same parent and both are merged.

Example: develop gained revision 9d8e on top of 1b2c while your branch added 3f2a, also on top of 1b2c.

How to mend: let your first revision follow the base's head (its down_revision), or let devenv make it anew with
"devenv new-migration --replace". A merge revision ("alembic merge heads") is right only where both are already merged.

How to allow it: # devenv: allow history.heads -- reason
`
