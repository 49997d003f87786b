package checks

import (
	"fmt"
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
	for _, p := range f.History.Problems {
		evidence = append(evidence, report.Evidence{Revision: p.Revision, File: p.File, Line: p.Line, Message: p.Message})
	}
	if first, ok := f.firstWithWrongParent(); ok {
		evidence = append(evidence, report.Evidence{
			Revision: first.ID, File: first.Path,
			Message: fmt.Sprintf("its parent is %s, the head of %s is %s", parents(first), f.BaseRef, strings.Join(f.BaseHeads, ", ")),
		})
	}
	switch {
	case len(evidence) == 0 && len(f.Revisions) == 0:
		return unasked("the branch adds no revision")
	case len(evidence) == 0:
		return clean(fmt.Sprintf("follows %s, the head of %s", parents(f.Revisions[0]), f.BaseRef))
	}
	return found(evidence[0].Message, f.headsHint(), evidence...)
}

// firstWithWrongParent returns the first revision of the branch whose parents are neither the branch's nor heads of the base.
func (f *Facts) firstWithWrongParent() (migrations.Revision, bool) {
	for _, r := range f.Revisions {
		if len(r.Down) == 0 && len(f.BaseHeads) > 0 {
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
does not exist, no cycle, no revision id used twice, none longer than the 32 characters that Alembic's version table holds.

Why it matters: a stale parent merges without a conflict and leaves two heads; a missing parent stops every command
with a bare KeyError; two files with the same revision id hide each other.

Example: your revision says down_revision = "1b2c", and develop's head has been "9d8e" since Thursday.

How to mend: write the base's head into down_revision, or run "devenv new-migration --keep" (it changes that line only)
or "--replace". For a copied file, give the copy an id of its own.

How to allow it: # devenv: allow history.parent -- reason
`
