package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
)

func reverseSchema() Check {
	return Check{
		ID: "reverse.schema", Severity: report.StatusWarn, Needs: []Trial{TrialReverse},
		Awaits: []Trial{TrialSeeded, TrialData, TrialDrift, TrialModels, TrialUnintended},
		Asks:   "does the downgrade restore the base's schema?",
		Page:   reverseSchemaPage, Judge: sayFromScratch(nameNotCompared(judgeReverseSchema), reverseFromScratch),
	}
}

func judgeReverseSchema(f *Facts) Finding {
	switch {
	case !f.Reverse.SchemaRead && f.Reverse.Down.Failure != nil:
		return unasked("the downgrade failed (reverse.applies)")
	case !f.Reverse.SchemaRead:
		return unasked(f.whyNotRun())
	}
	var kept []string
	differences := slices.DeleteFunc(slices.Clone(f.Reverse.Differences), func(d catalog.Difference) bool {
		if onlyMoreValues(d) {
			values, _ := unlikeValues(d, "", "of "+strings.TrimPrefix(d.Object, "enum:"))
			kept = append(kept, values)
			return true
		}
		return onlyIndented(d) || f.Database.makes(d)
	})
	all := len(differences)
	differences = slices.DeleteFunc(differences, f.lostByUpgrade)
	switch {
	case len(differences) == 0 && all > 0:
		return clean("beyond what drift.unintended says, the downgrade restores the base's schema" + keptValues(kept))
	case len(differences) == 0:
		return clean("the downgrade restores the base's schema" + keptValues(kept))
	}
	evidence := make([]report.Evidence, 0, len(differences))
	for _, d := range differences {
		detail, ok := unlikeValues(d, "only before the upgrade", "only after the downgrade")
		if !ok {
			detail = fmt.Sprintf("was %s, is %s", orNothing(d.Was), orNothing(d.Is))
		}
		evidence = append(evidence, report.Evidence{Revision: f.onlyRevision(), Message: d.Object, Detail: detail})
	}
	first, w := differences[0], f.mender().Words()
	return found("the downgrade does not restore the base's schema: "+first.Object+more(len(evidence)-1),
		"undo in "+w.Downgrade+" what "+w.Upgrade+" does, last first; an enum type needs its own DROP TYPE", evidence...)
}

// keptValues names the new enum values that a downgrade leaves behind.
func keptValues(kept []string) string {
	if len(kept) == 0 {
		return ""
	}
	return ", but keeps enum values, which Postgres cannot drop: " + strings.Join(kept, "; ")
}

// lostByUpgrade reports whether drift.unintended says of a difference that the upgrade lost it, which the downgrade
// could not know. Such a loss is mended in the upgrade.
func (f *Facts) lostByUpgrade(d catalog.Difference) bool {
	return slices.ContainsFunc(f.unintended(), func(c UnintendedChange) bool { return c.leaves(d) })
}

// leaves reports whether a difference after the downgrade is what the upgrade lost.
func (c UnintendedChange) leaves(d catalog.Difference) bool {
	return c.Object == d.Object && c.Was != "" && (d.Is == "" || strings.Contains(d.Was, c.Was) && !strings.Contains(d.Is, c.Was))
}

// onlyMoreValues reports whether a difference is an enum type that kept all its values, in order, and gained some.
// Postgres cannot drop a value, so every downgrade leaves it behind; the old code never meets it, and with IF NOT
// EXISTS it can be added again.
func onlyMoreValues(d catalog.Difference) bool {
	if !strings.HasPrefix(d.Object, "enum:") || d.Was == "" {
		return false
	}
	values := func(list string) []string { return strings.Split(strings.Trim(list, "()"), ", ") }
	is := values(d.Is)
	for _, value := range values(d.Was) {
		at := slices.Index(is, value)
		if at < 0 {
			return false
		}
		is = is[at+1:]
	}
	return true
}

// onlyIndented reports whether a difference is a function with other blanks: the revision that wrote it first was
// indented in another way.
func onlyIndented(d catalog.Difference) bool {
	return strings.HasPrefix(d.Object, "function:") && slices.Equal(strings.Fields(d.Was), strings.Fields(d.Is))
}

// orNothing returns a definition, or "absent" when there is none.
func orNothing(definition string) string {
	if definition == "" {
		return "absent"
	}
	return definition
}

const reverseSchemaPage = `After upgrade and downgrade, the catalog must show the base's schema again. The order of columns does not count, nor how a
function is indented, nor values added to enum types, which Postgres cannot drop, nor what the branch's init scripts make as well.

Why it matters: anything a downgrade leaves behind or forgets makes the next upgrade fail, or lives on as an index or a type that
no model mentions.

Example: the upgrade

    op.create_check_constraint("ck_city", "teams", "city <> ''")

has no counterpart in the downgrade.

How to fix it: undo in downgrade() what upgrade() does, last first.

How to allow it: # devenv: allow reverse.schema -- reason
`
