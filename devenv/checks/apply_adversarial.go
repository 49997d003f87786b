package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/witness"
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
	if lost := f.losses(); len(evidence) == 0 && len(lost) > 0 {
		return found(fmt.Sprintf("a row that is legal today loses what it has: %s%s", lost[0].Message, more(len(lost)-1)), lossHint, lost...)
	}
	if len(evidence) == 0 && f.Adversarial.Together != nil {
		return unasked(togetherSummary(f.Adversarial))
	}
	if len(evidence) == 0 {
		finding := clean(witnessSummary(f.Adversarial))
		finding.Evidence = append(unbuilt(f.Adversarial), f.unproved()...)
		return finding
	}
	which := "that is legal today"
	if f.Adversarial.onlyArrivals() {
		which = "that arrives between two of its transactions"
	}
	summary := fmt.Sprintf("a row %s breaks the upgrade: %s%s", which, evidence[0].Message, more(len(evidence)-1))
	return found(summary, hint, withRest(evidence, unbuilt(f.Adversarial))...)
}

const lossHint = "keep it first, in another column or table, or merge the rows; or let the revision fail where a row would lose something"

// losses returns the rows that the upgrade copes with, and that lose something.
func (f *Facts) losses() (evidence []report.Evidence) {
	for _, t := range f.Adversarial.Tried {
		r := t.Witness.Restriction
		e := report.Evidence{
			Revision: t.Cause.Revision, File: f.fileOf(t.Cause.Revision), Line: t.Cause.Line, Statement: strings.TrimSpace(t.Cause.SQL),
			Table: r.Table, Insert: strings.Join(t.Witness.Inserts, ";\n"), Message: r.What,
		}
		if len(r.Columns) == 1 {
			e.Column = r.Columns[0]
		}
		if r.Kind == witness.RestrictType {
			e.Message += ", and longer texts are cut"
		}
		told := slices.ContainsFunc(evidence, func(o report.Evidence) bool { return e.Column != "" && o.Table == e.Table && o.Column == e.Column })
		if t.Lost && !told && !f.covers(e) {
			evidence = append(evidence, e)
		}
	}
	return evidence
}

// unproved lists the statements that moved no row at all, wherever they ran.
func (f *Facts) unproved() (evidence []report.Evidence) {
	for _, s := range f.Adversarial.Unproved {
		evidence = append(evidence, report.Evidence{
			Revision: s.Revision, File: f.fileOf(s.Revision), Line: s.Line, Statement: s.SQL, Detail: "moved 0 rows: not proved",
		})
	}
	return evidence
}

const applyAdversarialPage = `There must be no witness: a row that is legal before the migration and makes it fail.

Why it matters: the seed is clean, production is not. A nullable column that happens to be filled in every row of the seed
becomes NOT NULL here without complaint, and stops the deployment there. For each restriction that the migration adds (NOT
NULL, UNIQUE, foreign key, CHECK, a narrower type, a removed enum value, EXCLUDE, an index on an expression, the bounds of a
partition), devenv makes a row that today's schema accepts and tomorrow's does not, and upgrades again. It does the same for
what statements compute from rows (NULL, zero where they divide, texts that a cast rejects, two rows where a subquery expects
one, two spellings of what becomes a key), and for columns whose values the revision's Python reads (NULL, every label of an
enum, a text that no row has and that a look-up does not find). A row that is cut, or deleted as the double of another, counts
as well, if the data has none. Where the upgrade takes several transactions, the rows also
come between two of them, when the statements that would have repaired them have run already.

Example: every member of the seed has a handle, and

    op.alter_column("members", "handle", nullable=False)

works on that seed. The witness is INSERT INTO members (email, handle) VALUES ('devenv-1@example.org', NULL).

How to fix it: repair such rows in the revision, before adding the restriction: fill NULLs, merge duplicates, remove orphans,
convert values that do not fit. If the migration repairs the witness, the check passes.

How to allow it: # devenv: allow apply.adversarial -- reason
or for one table or column: # devenv: allow apply.adversarial(public.users.name) -- the application never wrote NULL
`
