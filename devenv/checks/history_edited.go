package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/report"
)

func historyEdited() Check {
	return Check{
		ID: "history.edited", Severity: report.StatusFail,
		Asks: "are the base's migrations unchanged?",
		Page: historyEditedPage, Judge: judgeEdited,
	}
}

func judgeEdited(f *Facts) Finding {
	evidence, paths := editedFiles(f)
	if len(evidence) == 0 {
		return clean("the base's migrations do the same as before")
	}
	summary := fmt.Sprintf("%s of %s changed on this branch: %s%s",
		report.Count(len(evidence), "migration"), f.BaseRef, evidence[0].File, more(len(evidence)-1))
	if f.Restores {
		finding := found(summary+"; restored", "nothing to do; \"devenv undo\" returns your version", evidence...)
		finding.AtMost = report.StatusWarn
		return finding
	}
	finding := found(summary, fmt.Sprintf("restore them: git checkout %s -- %s\nand put the change into a new revision",
		f.BaseRef, strings.Join(paths, " ")), evidence...)
	if !slices.ContainsFunc(f.Edited, func(e Edit) bool { return !e.Tidied && !e.OnlyRenamed }) {
		finding.AtMost = report.StatusWarn // databases know a revision by its id
	}
	return finding
}

const historyEditedPage = `A migration that is already on the base branch must not be edited, renamed or removed.

Why it matters: databases that ran it will never run it again. What you add reaches only new databases, and nobody notices:
upgrade and check both exit 0.

Imports that were removed or moved, as by a formatter run over the whole source, do not count as an edit. A file that was only
renamed, its id and operations unchanged, is a warning: databases know a revision by its id.

Example: a column is added inside a revision that is on develop, instead of in a new one:

    sa.Column("weight", sa.Integer())

How to fix it: restore the file ("git checkout develop -- path") and put the change into a new revision.
"devenv new-migration" does both; "devenv undo" returns your version.

How to allow it: # devenv: allow history.edited -- reason, in the branch's own revision.
`

// editedFiles returns the base's migrations that the branch has changed.
func editedFiles(f *Facts) (evidence []report.Evidence, paths []string) {
	for _, e := range f.Edited {
		if e.Tidied && !f.Restores {
			continue
		}
		paths = append(paths, e.Path)
		detail := e.Status
		if e.RenamedTo != "" {
			detail += " to " + e.RenamedTo
		}
		evidence = append(evidence, report.Evidence{File: e.Path, Detail: detail})
	}
	return evidence, paths
}
