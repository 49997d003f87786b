package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/query"
	"devenv/devenv/report"
)

func startBase() Check {
	return Check{
		ID: "start.base", Severity: report.StatusWarn, Needs: []Trial{TrialStartBase, TrialBaseNames}, Uses: []Trial{TrialSmoke}, Awaits: []Trial{TrialSeeded},
		Asks: "does the base's backend work on the migrated data?",
		Page: startBasePage, Judge: judgeStartBase,
	}
}

// mentionsShown is how many lines of the base's code are listed.
const mentionsShown = 10

// judgeStartBase also warns if the base's code names what the upgrade takes away, or can no longer write what it wrote:
// that a backend starts says nothing about what it does later.
func judgeStartBase(f *Facts) Finding {
	finding := judgeStart(f, f.Base, "the base's")
	named, mentions := f.namedOnBase()
	old := f.oldWrites()
	switch {
	case f.Base.Ran && len(named) > 0 && finding.Answer != Found:
		finding = found(namedSummary(named), named[0].inTwoReleases(), finding.Evidence...)
		if len(old) > 0 {
			finding.Summary += "; besides, " + oldSummary(old)
			finding.Hint += "\n" + f.mender().oldWrite(old[0])
		}
	case len(old) > 0 && finding.Answer != Found:
		finding = found(oldSummary(old), f.mender().oldWrite(old[0]), finding.Evidence...)
	case f.Base.Ran && len(f.Gone) > 0 && len(named) == 0 && finding.Answer == Clean:
		finding.Summary += fmt.Sprintf("; the upgrade %s%s; the search found no line of the base's code that names what is gone",
			f.Gone[0].fate(), more(len(f.Gone)-1))
	}
	if f.Base.Ran {
		finding.Evidence = append(finding.Evidence, mentions...)
	}
	finding.Evidence = append(finding.Evidence, old...)
	if finding.Answer == Found {
		finding.Hint += "\nor, if the base's code never runs on the new schema:\n" + indented(f.mender().waiver("start.base"))
		finding.Hint = strings.TrimPrefix(finding.Hint, "\n")
	}
	return finding
}

// namedSummary tells what the base's code names of what is gone.
func namedSummary(named []Gone) string {
	lines := 0
	for _, g := range named {
		lines += len(g.Mentions)
	}
	fate, them := named[0].fate(), "it"
	if len(named) > 1 {
		them = "them"
	}
	if slices.ContainsFunc(named, func(g Gone) bool { return (g.Now == "") != (named[0].Now == "") }) {
		fate = "drops or renames " + named[0].name()
	}
	return fmt.Sprintf("the upgrade %s%s, and the base's code names %s in %s: in a rolling deployment that code runs on the new "+
		"schema for a while, and fails where it uses the old name", fate, more(len(named)-1), them, report.Count(lines, "line"))
}

// oldWrites describes the writes that only the base's application can no longer make.
func (f *Facts) oldWrites() (evidence []report.Evidence) {
	for _, w := range f.Smoke.Writes {
		if e := f.writeEvidence(w); w.Old && w.Broken && !f.covers(e) {
			evidence = append(evidence, e)
		}
	}
	return evidence
}

// oldSummary tells that the base's application can no longer write.
func oldSummary(old []report.Evidence) string {
	return fmt.Sprintf("the base's code can no longer write to %s: %s%s; in a rolling deployment it runs on the new schema for a while",
		strings.TrimPrefix(old[0].Table, "public."), old[0].Message, more(len(old)-1))
}

// oldWrite returns what to do about a write that only the base's application makes.
func (m mender) oldWrite(e report.Evidence) string {
	if e.SQLState == "23502" {
		column := "…"
		if named := regexp.MustCompile(`null value in column "([^"]+)"`).FindStringSubmatch(e.Message); named != nil {
			column = query.Identifier(named[1])
		}
		return "give the column a default in this revision, and drop that in the release after this one:\n    " +
			m.execute("ALTER TABLE "+strings.TrimPrefix(e.Table, "public.")+" ALTER COLUMN "+column+" SET DEFAULT …")
	}
	if e.SQLState == "23514" || strings.HasPrefix(e.SQLState, "22") {
		return "first release code that writes only what the new schema allows, and restrict the column in the release after that"
	}
	return "first release code that does not write the column, and change it in the release after that"
}

// namedOnBase returns what the base's code names of what is gone, and the first lines that do.
func (f *Facts) namedOnBase() (named []Gone, mentions []report.Evidence) {
	for _, g := range f.Gone {
		if len(g.Mentions) > 0 {
			named = append(named, g)
		}
		for _, m := range g.Mentions {
			if len(mentions) < mentionsShown {
				mentions = append(mentions, report.Evidence{File: m.File, Line: m.Line, Table: g.Table, Column: g.Column})
			}
		}
	}
	return named, mentions
}

// name returns what people call it.
func (g Gone) name() string { return shortObject(report.Evidence{Table: g.Table, Column: g.Column}) }

// fate returns what the upgrade does with it.
func (g Gone) fate() string {
	if g.Now == "" {
		return "drops " + g.name()
	}
	return "renames " + g.name() + " to " + strings.TrimPrefix(g.Now, "public.")
}

// inTwoReleases returns how to change the schema while old code runs.
func (g Gone) inTwoReleases() string {
	kind := "column"
	if g.Column == "" {
		kind = "table"
	}
	if g.Now == "" {
		return "first release code that does not name the " + kind + ", and drop it in the release after that"
	}
	return "in this release add the new " + kind + " and write both, then read the new one, and drop the old one in a later release"
}

const startBasePage = `The base's backend should work on the migrated data: in a rolling deployment the old code runs on the new schema for a
while.

Why it matters: a column that is renamed or dropped while old code still runs is an outage between two deployments.

Example:

    op.alter_column("members", "legacy", new_column_name="old_number")

Every query of the old code fails.

The backend is started, which only shows what it does at startup. So rows are inserted as the base's code does: with the columns
that the base's schema makes it name, and with all that it knows. A new NOT NULL column without a default refuses both. The check
also warns if a file of the base names a table or
column that the upgrade drops or renames, and lists the lines. It looks in what the services that use the database are built from or
mount, apart from the migrations. A plain word, or a name that other tables have too, counts only near its table's name.

How to fix it: expand, deploy, contract: add the new column, write both, and drop the old one in a later release.

Baseline: if the base's backend does not start on the base's own data, its start is not judged.

How to allow it: # devenv: allow start.base -- reason
`
