package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func waiverUnused() Check {
	return Check{
		ID: "waiver.unused", Severity: report.StatusWarn, Last: true,
		Asks: "was every waiver of the branch's revisions needed?",
		Page: waiverUnusedPage, Judge: judgeUnused,
	}
}

func judgeUnused(f *Facts) Finding {
	switch {
	case len(f.unusedWaivers) == 0 && f.waivers.of == 0:
		return clean("the branch's revisions have no waiver")
	case len(f.unusedWaivers) == 0 && f.waivers.unasked > 0:
		return clean(fmt.Sprintf("of %s, %d were needed; the checks of the others gave no answer",
			report.Count(f.waivers.of, "waiver"), f.waivers.of-f.waivers.unasked))
	case len(f.unusedWaivers) == 0:
		return clean("every waiver was needed")
	}
	first := f.unusedWaivers[0]
	return found(fmt.Sprintf("%s:%d: %s%s", first.File, first.Line, first.Message, more(len(f.unusedWaivers)-1)),
		"remove the comment", f.unusedWaivers...)
}

const waiverUnusedPage = `Every waiver in the branch's revisions must have been needed.

Why it matters: a waiver that allows nothing today may silently allow something tomorrow, when the revision is edited.

Example:

    # devenv: allow data.lost(public.members.legacy) -- unused since May

in a revision that no longer drops the column.

How to fix it: remove the comment.

How to allow it: # devenv: allow waiver.unused -- reason
`
