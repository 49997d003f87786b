package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/report"
	"devenv/migrations"
)

func driftModels() Check {
	return Check{
		ID: "drift.models", Severity: report.StatusFail, Needs: []Trial{TrialDrift}, Awaits: []Trial{TrialSeeded},
		Asks: "does autogenerate find nothing more after the upgrade?",
		Page: driftModelsPage, Judge: sayFromScratch(judgeDrift, driftFromScratch),
	}
}

func judgeDrift(f *Facts) Finding {
	switch {
	case !f.Drift.Ran:
		return unasked(f.whyNotRun())
	case f.Drift.NoModels != "":
		return unasked(f.Drift.NoModels)
	case f.Drift.Failure != nil:
		return found("autogenerate fails on the upgraded database: "+f.Drift.Failure.Message,
			f.mender().compare(), failureEvidence(f, f.Drift.Failure))
	case len(f.Drift.Operations) == 0:
		return clean("models and migrations agree" + f.butFor(f.Drift.Known) + roomier(f.Drift.Roomier))
	}
	evidence := make([]report.Evidence, 0, len(f.Drift.Operations))
	for _, o := range f.Drift.Operations {
		evidence = append(evidence, report.Evidence{Message: o.Object, Statement: o.Rendered, Detail: o.Kind})
	}
	hint := "add what is missing to your revision:\n" + f.mender().missing(f.Drift.Operations)
	if len(f.Revisions) == 0 {
		hint = "generate the migration: devenv new-migration \"…\""
	}
	first := f.Drift.Operations[0]
	return found(fmt.Sprintf("models and migrations differ: %s of %s%s", first.Kind, first.Object, more(len(evidence)-1)),
		hint, evidence...)
}

// butFor returns, to follow "agree", how many differences do not count because the base has them.
func (f *Facts) butFor(known int) string {
	if known == 0 {
		return ""
	}
	return fmt.Sprintf(", but for %s that %s has as well", report.Count(known, "difference"), f.BaseRef)
}

// roomier names the columns in which the database allows more than the models.
func roomier(operations []migrations.Operation) string {
	if len(operations) == 0 {
		return ""
	}
	names := make([]string, len(operations))
	for i, o := range operations {
		names[i] = fmt.Sprintf("%s (%s)", shortObject(report.Evidence{Table: o.Schema + "." + o.Table, Column: o.Name}), o.Facet)
	}
	return "; the database allows more than the models in " + strings.Join(names, ", ")
}

// compare returns what to do when the comparison fails.
func (m mender) compare() string {
	if m.Words().Compare == "" {
		return ""
	}
	return "run it yourself: " + m.Words().Compare
}

// shownOperations limits the operations in a hint; the evidence has them all.
const shownOperations = 10

// missing returns the code of operations as the tool generated it.
func (m mender) missing(operations []migrations.Operation) string {
	lines := make([]string, len(operations))
	for i, o := range operations {
		lines[i] = o.Rendered
	}
	return m.listed(lines)
}

// listed returns pieces of code as a hint shows them: the first ones, and how many more there are.
func (m mender) listed(code []string) string {
	if more := len(code) - shownOperations; more > 0 {
		code = append(code[:shownOperations:shownOperations], fmt.Sprintf("%s and %d more, listed above", m.Words().Comment, more))
	}
	return indented(strings.Join(code, "\n"))
}

const driftModelsPage = `After the upgrade, a second autogenerate must find nothing except what already differed on the base (the noise). A column
that the upgrade adds to a table that exists may have room for longer texts and, if it is NOT NULL, a default that the models
do not have, which fills the rows.

Why it matters: anything in the models that the database lacks fails at run time, or ends up in the next person's migration.

Example: a column was added to the model after the migration was generated:

    Column("motto", Text)

How to fix it: add the missing operation to the revision, or regenerate it with "devenv new-migration --replace".

How to allow it: # devenv: allow drift.models -- reason
`
