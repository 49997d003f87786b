package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func reverseSchema() Check {
	return Check{
		ID: "reverse.schema", Severity: report.StatusWarn, Needs: []Trial{TrialReverse},
		Asks: "is the schema the base's after the downgrade?",
		Page: reverseSchemaPage, Judge: judgeReverseSchema,
	}
}

func judgeReverseSchema(f *Facts) Finding {
	switch {
	case !f.Reverse.SchemaRead && f.Reverse.Down.Failure != nil:
		return unasked("the downgrade failed (reverse.applies)")
	case !f.Reverse.SchemaRead:
		return unasked(f.whyNotRun())
	case len(f.Reverse.Differences) == 0:
		return clean("the schema after the downgrade is the base's")
	}
	evidence := make([]report.Evidence, 0, len(f.Reverse.Differences))
	for _, d := range f.Reverse.Differences {
		evidence = append(evidence, report.Evidence{
			Revision: f.onlyRevision(), Message: d.Object, Detail: fmt.Sprintf("was %s, is %s", orNothing(d.Was), orNothing(d.Is)),
		})
	}
	first := f.Reverse.Differences[0]
	return found(fmt.Sprintf("the downgrade does not bring back the base's schema: %s%s", first.Object, more(len(evidence)-1)),
		"undo in downgrade() what upgrade() does, last first; an enum type needs its own DROP TYPE", evidence...)
}

// orNothing names the absence of an object.
func orNothing(definition string) string {
	if definition == "" {
		return "absent"
	}
	return definition
}

const reverseSchemaPage = `After upgrade and downgrade the schema must be the base's, by catalog; the order of columns aside.

Why it matters: what a downgrade leaves behind or forgets makes the next upgrade fail, or lives on as an index or a type that
no model knows.

Example: the upgrade creates an enum type with its column; the downgrade drops the column and leaves the type.

How to mend: undo in downgrade() what upgrade() does, last first.

How to allow it: # devenv: allow reverse.schema -- reason
`
