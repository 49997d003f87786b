package checks

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/query"
	"devenv/devenv/report"
)

func applyAtomic() Check {
	return Check{
		ID: "apply.atomic", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialAtomic},
		Asks: "does a failure in the middle leave all or nothing, and does a retry work?",
		Page: applyAtomicPage, Judge: judgeAtomic,
	}
}

func judgeAtomic(f *Facts) Finding {
	a, m := f.Atomic, f.mender()
	var evidence []report.Evidence
	for _, b := range a.Breaks {
		evidence = append(evidence, breakEvidence(f, b))
	}
	evidence = slices.DeleteFunc(evidence, f.covers)
	breaks := len(evidence)
	var unfinished []Unfinished
	for _, o := range a.Unfinished {
		e := report.Evidence{
			Revision: f.onlyRevision(), Table: o.Table, Message: o.Object + " is left " + o.State, Detail: o.Definition,
		}
		if !f.covers(e) {
			evidence, unfinished = append(evidence, e), append(unfinished, o)
		}
	}
	switch {
	case !a.Ran:
		return unasked(f.whyNotRun())
	case breaks > 0:
		hint := "make the revision safe to repeat where it commits partway:\n" +
			indented(m.Words().Repeatable) + "\nor put each " + m.Words().Block + " into a revision of its own"
		return found(evidence[0].Message+more(len(evidence)-1), hint, evidence...)
	case len(evidence) > 0:
		hint := "finish it, in this revision or the next:\n" + indented(m.finish(unfinished[0]))
		return found(evidence[0].Message+more(len(evidence)-1), hint, evidence...)
	case a.Points == 0 && a.Transactions > 1:
		return clean(fmt.Sprintf("a failure between its %s leaves no revision half applied", report.Count(a.Transactions, "transaction")))
	case a.Transactions > 1 && a.Tried == 0:
		return unasked("a revision handles the failure itself, so that what one leaves behind is not known")
	case a.Transactions > 1 && a.Tried < a.Points:
		return clean(fmt.Sprintf("a failure between its %s can be retried, at the %d of %d points that were tried",
			report.Count(a.Transactions, "transaction"), a.Tried, a.Points))
	case a.Transactions > 1:
		return clean(fmt.Sprintf("a failure between its %s can be retried", report.Count(a.Transactions, "transaction")))
	}
	return clean("one transaction: all or nothing")
}

// finish returns the statement that makes a constraint or an index valid for every row.
func (m mender) finish(o Unfinished) string {
	schema, table, _ := strings.Cut(o.Table, ".")
	if constraint, ok := strings.CutPrefix(o.Object, "constraint:"+o.Table+"."); ok {
		return m.execute("ALTER TABLE " + query.Table(schema, table) + " VALIDATE CONSTRAINT " + query.Identifier(constraint))
	}
	return m.Alone(m.execute("REINDEX INDEX CONCURRENTLY " + query.Table(schema, strings.TrimPrefix(o.Object, "index:"+schema+"."))))
}

// breakEvidence returns what a failure at one point leaves behind, and how the retry ends.
func breakEvidence(f *Facts, b AtomicBreak) report.Evidence {
	e := report.Evidence{Revision: b.Revision, File: f.fileOf(b.Revision), Line: b.Line, Statement: b.Statement}
	e.Message = "a failure after this statement leaves the migration half done, and the version not recorded"
	if b.Retry != nil {
		e = failureEvidence(f, b.Retry)
		e.OwnWords = true
		e.Message = fmt.Sprintf("a failure in the middle leaves the migration half done, and the retry fails: %s", b.Retry.Message)
	}
	for i, d := range b.Left {
		if i == 3 {
			e.Detail = joined(e.Detail, fmt.Sprintf("and %d more", len(b.Left)-i))
			break
		}
		e.Detail = joined(e.Detail, "left behind: "+d.Object)
	}
	if b.Statement != "" && b.Retry != nil {
		e.Detail = joined(e.Detail, "after: "+b.Statement)
	}
	return e
}

const applyAtomicPage = `A failure at any transaction boundary, or after the last statement, must leave the schema and the version row either as they
were before or as they are after, or at least in a state where a retry works. The upgrade must not leave an INVALID index or a
NOT VALID constraint.

Why it matters: Postgres rolls back a failed migration as a whole, unless it commits partway: an autocommit_block, a raw COMMIT,
transaction_per_migration. A lock timeout in the second half then leaves a schema that no revision describes, and the retry stops
at what the first half has already created.

Example:

    op.add_column("orders", sa.Column("seen", sa.Boolean()))
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix_orders_seen ON orders (seen)")

The block first commits the column. If the index then fails, the retry stops with 42701: column "seen" of relation "orders"
already exists.

How to fix it: put each autocommit_block into its own revision, or use statements that can be repeated (IF NOT EXISTS). Validate
what was added as NOT VALID. A raw COMMIT does not belong in a revision.

How to allow it: # devenv: allow apply.atomic -- reason
`
