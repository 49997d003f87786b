package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
)

func driftCatalog() Check {
	return Check{
		ID: "drift.catalog", Severity: report.StatusWarn, Needs: []Trial{TrialDrift, TrialModels},
		Awaits: []Trial{TrialSeeded, TrialData, TrialUnintended},
		Asks:   "do the migrations make the schema that the models describe?",
		Page:   driftCatalogPage, Judge: sayFromScratch(nameNotCompared(judgeCatalog), driftFromScratch),
	}
}

func judgeCatalog(f *Facts) Finding {
	differences := slices.DeleteFunc(slices.Clone(f.Models.Differences), f.reportsUnintended)
	switch {
	case !f.Models.Ran:
		return unasked(f.whyNotRun())
	case f.Models.NotCompared != "":
		return unasked(f.Models.NotCompared)
	case len(differences) == 0 && len(f.Models.Differences) > 0:
		return clean("beyond what drift.unintended says, the catalogs of models and migrations agree" + f.butFor(max(f.Models.Known, f.Drift.Known)))
	case len(differences) == 0 && len(f.Drift.Operations) > 0:
		return clean("beyond what drift.models says, the catalogs of models and migrations agree" + f.butFor(max(f.Models.Known, f.Drift.Known)))
	case len(differences) == 0:
		return clean("the catalogs of models and migrations agree" + f.butFor(max(f.Models.Known, f.Drift.Known)))
	}
	m := f.mender()
	var evidence []report.Evidence
	for _, d := range differences {
		evidence = append(evidence, report.Evidence{
			Revision: f.onlyRevision(), Message: driftObject(d), Statement: m.drifting(d, differences),
			Detail: definitions(d),
		})
	}
	first := differences[0]
	differ := "models and migrations differ in " + driftObject(first) + ": " + definitions(first)
	if strings.HasPrefix(first.Object, "index:") && first.Is == "" {
		differ = "the models have an index that the migrations do not make: " + first.Was
	}
	return found(differ+more(len(evidence)-1), f.driftHint(differences), evidence...)
}

// driftHint returns what to write into the revision, or into a new one if the branch has none.
func (f *Facts) driftHint(differences []catalog.Difference) string {
	m := f.mender()
	hint, back := "autogenerate does not see this; write it into "+m.Words().Upgrade, m.driftsBack(differences)
	if len(f.Revisions) == 0 {
		hint = "autogenerate does not see this; make a revision with devenv new-migration --empty \"…\" and write into its " +
			strings.TrimPrefix(m.Words().Upgrade, "the ")
	}
	if back == "" {
		return hint + ", and its reverse into " + m.Words().Downgrade + ":\n" + m.drifts(differences)
	}
	return hint + ":\n" + m.drifts(differences) + "\nand into " + m.Words().Downgrade + ":\n" + back
}

// definitions returns what models and migrations say of an object.
func definitions(d catalog.Difference) string {
	if values, ok := unlikeValues(d, "only in the models", "only in the migrations"); ok {
		return values
	}
	return fmt.Sprintf("in the models: %s; in the migrations: %s", orNothing(d.Was), orNothing(d.Is))
}

// driftObject returns what differs: the object and, for a column, the facet.
func driftObject(d catalog.Difference) string { return strings.TrimSpace(d.Object + " " + d.Facet) }

const driftCatalogPage = `The schema that the models describe (create_all in an empty database with the same extensions and schemas) must match the one
that the migrations make: enum values, CHECK expressions, server defaults, index predicates, expressions and methods, primary
keys, identity, collations, generated columns, EXCLUDE, sequences. Anything that already differed on the base, and anything
that only migrations can make (views, functions, triggers, grants), is left out.

Why it matters: autogenerate does not see these, so the models promise things that the database does not do.

Example: the model has a new CHECK that the revision does not create; autogenerate finds nothing.

    CheckConstraint("age >= 18", name="of_age")

How to fix it: write the operation into the revision; the evidence names it.

How to allow it: # devenv: allow drift.catalog -- reason
`
