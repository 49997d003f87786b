package devenv

import (
	"cmp"
	"strings"

	"devenv/devenv/report"
)

// unproved returns the failure of a run in which the machine kept checks from being answered that decide about the
// migration; nil if there are none. It is the machine's, whatever the other checks found.
func unproved(all []report.Check) error {
	lost := report.Unanswered(all)
	if len(lost) == 0 {
		return nil
	}
	ids := make([]string, len(lost))
	for i, c := range lost {
		ids[i] = c.ID
	}
	return report.Fail(report.KindWork, cmp.Or(lost[0].Hint, "run it again"), "prove the migration: %s: %s",
		strings.Join(ids, ", "), lost[0].Summary)
}
