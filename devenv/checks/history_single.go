package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func historySingle() Check {
	return Check{
		ID: "history.single", Severity: report.StatusWarn,
		Asks: "does the branch add only one migration?",
		Page: historySinglePage, Judge: judgeSingle,
	}
}

func judgeSingle(f *Facts) Finding {
	switch {
	case !f.OnePerBranch:
		return unasked("migrations.per_branch is many")
	case len(f.Revisions) == 0 && len(f.problems()) > 0:
		return unasked("the history is broken (history.parent)")
	case len(f.Revisions) == 0:
		return unasked("the branch adds no revision")
	case len(f.Revisions) == 1:
		return clean("the branch adds one migration")
	case len(f.BaseHeads) > 1 && !f.followsItself():
		return clean("the branch adds one migration to each of several branches of the history")
	}
	evidence := make([]report.Evidence, 0, len(f.Revisions))
	for _, r := range f.Revisions {
		evidence = append(evidence, report.Evidence{File: r.Path, Detail: r.ID})
	}
	return found(fmt.Sprintf("the branch adds %d migrations", len(f.Revisions)),
		"combine them: devenv new-migration --replace \"…\"\n"+
			"or, if several are intended, in .devenv.yaml:\n    migrations: {per_branch: many}", evidence...)
}

// followsItself reports whether one of the branch's revisions follows another one, or the same as another one.
func (f *Facts) followsItself() bool {
	parents := map[string]bool{}
	for _, r := range f.Revisions {
		for _, down := range r.Down {
			if parents[down] || f.ownerOf(down) == "yours" {
				return true
			}
			parents[down] = true
		}
	}
	return false
}

const historySinglePage = `A branch that changes the database should add one migration.

Why it matters: a branch's half-finished steps stay in the history for ever, and each is one more point at which a deployment
can stop.

Example: "add badges" and "badges again" in one pull request:

    revision = "3f2a00000001"
    revision = "9d8e00000001"

How to fix it: devenv new-migration --replace "Add badges" combines them. If several are intended (a data migration between
two schema changes), say so in .devenv.yaml: migrations: {per_branch: many}.

How to allow it: # devenv: allow history.single -- reason
`
