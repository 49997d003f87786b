package checks

import (
	"fmt"

	"devenv/devenv/report"
)

func applyAdversarial() Check {
	return Check{
		ID: "apply.adversarial", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialAdversarial},
		Asks: "does the upgrade work with every row that is legal before it?",
		Page: applyAdversarialPage, Judge: judgeAdversarial,
	}
}

func judgeAdversarial(f *Facts) Finding {
	if !f.Adversarial.Ran {
		return unasked(f.whyNotRun())
	}
	evidence, hint := witnessEvidence(f, f.Adversarial)
	if len(evidence) == 0 {
		finding := clean(witnessSummary(f.Adversarial))
		finding.Evidence = unbuilt(f.Adversarial)
		return finding
	}
	summary := fmt.Sprintf("a row that is legal today breaks the upgrade: %s%s", evidence[0].Message, more(len(evidence)-1))
	return found(summary, hint, withRest(evidence, unbuilt(f.Adversarial))...)
}

const applyAdversarialPage = `There must be no witness: a row that is legal before the migration and makes it fail.

Why it matters: the seed is clean, production is not. A nullable column that happens to be filled in every row of the seed
becomes NOT NULL here without complaint, and stops the deployment there. For each restriction that the migration adds (NOT NULL,
UNIQUE, foreign key, CHECK, a narrower type, a removed enum value, EXCLUDE, an index on an expression), devenv makes a row that
today's schema accepts and tomorrow's does not, and upgrades again.

Example: every member of the seed has a handle, and

    op.alter_column("members", "handle", nullable=False)

works on that seed. The witness is INSERT INTO members (email, handle) VALUES ('devenv-1@example.org', NULL).

How to fix it: repair such rows in the revision, before adding the restriction: fill NULLs, merge duplicates, remove orphans,
convert values that do not fit. If the migration repairs the witness, the check passes.

How to allow it: # devenv: allow apply.adversarial -- reason
or for one table or column: # devenv: allow apply.adversarial(public.users.name) -- the application never wrote NULL
`
