package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/report"
)

func startBranch() Check {
	return Check{
		ID: "start.branch", Severity: report.StatusFail, Needs: []Trial{TrialStartBranch}, Uses: []Trial{TrialStartFirst}, Awaits: []Trial{TrialSeeded},
		Asks: "does the branch's backend start on the migrated data?",
		Page: startBranchPage, Judge: judgeStartBranch,
	}
}

// judgeStartBranch also warns when the backend, started before the upgrade, creates something that makes it fail.
func judgeStartBranch(f *Facts) Finding {
	finding, failure := judgeStart(f, f.Branch, "the branch's"), f.First.Upgrade.Failure
	if finding.Answer != Clean || failure == nil {
		return finding
	}
	summary := fmt.Sprintf("started before the upgrade, as docker compose up does, the branch's %s creates tables itself, "+
		"and the upgrade fails: %s", f.First.Service, failure.Message)
	hint := "leave creating tables to the migrations, or run them before the backend starts; see " + f.First.File
	finding = found(summary, hint, failureEvidence(f, failure))
	finding.AtMost = report.StatusWarn
	return finding
}

func judgeStart(f *Facts, s StartOutcome, whose string) Finding {
	switch {
	case !s.Ran:
		return unasked(f.whyNotRun())
	case s.Err == nil:
		return clean(fmt.Sprintf("%s %s becomes ready (%s)", whose, s.Service, s.How))
	}
	e := report.Evidence{Message: s.Err.Error(), Detail: strings.Join(report.OutputOf(s.Err), "\n")}
	if s.Baseline != nil {
		return unasked(fmt.Sprintf("%s does not start on the base's own data either", s.Service),
			report.Evidence{Message: s.Baseline.Error(), Detail: strings.Join(report.OutputOf(s.Baseline), "\n")})
	}
	return found(fmt.Sprintf("%s %s does not start on the migrated data: %s", whose, s.Service, s.Err), report.HintOf(s.Err), e)
}

const startBranchPage = `The branch's backend must start on the migrated data and become ready.

Why it matters: "double check that the backend comes online" is the last line of the documented workflow, and the one most
often skipped.

Example: the model uses a different name for a column than the migration:

    op.add_column("teams", sa.Column("nickname", sa.Text()))

while the first query at startup asks for teams.motto.

How to fix it: correct the migration or the code; the container's last lines are in the evidence.

The check warns if the branch's code creates tables itself (create_all): docker compose up starts the backend before anybody runs
the migration, which then finds its tables in place and fails.

Baseline: if the base's backend does not start on the base's own data, the answer is skip.

How to allow it: # devenv: allow start.branch -- reason
`
