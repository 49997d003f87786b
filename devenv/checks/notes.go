package checks

import (
	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/migrations"
)

func notes() Check {
	return Check{
		ID: "notes", Severity: report.StatusPass, Needs: []Trial{TrialSeeded, TrialNotes},
		Asks: "what is legal but worth knowing?",
		Page: notesPage, Judge: judgeNotes,
	}
}

func judgeNotes(f *Facts) Finding {
	if !f.Seeded.Ran {
		return unasked(f.whyNotRun())
	}
	evidence := make([]report.Evidence, 0, len(f.Notes))
	for _, n := range f.Notes {
		evidence = append(evidence, report.Evidence{
			Revision: f.onlyRevision(), Table: n.Table, Column: n.Column, Message: n.Text, Detail: f.mender().note(n),
		})
	}
	if len(evidence) == 0 {
		return clean("nothing")
	}
	finding := clean(evidence[0].Message + more(len(evidence)-1))
	finding.Evidence = evidence
	return finding
}

// note returns what to do about a note: the proposed change, the advice, or both.
func (m mender) note(n catalog.Note) string {
	r := n.Remedy
	if r.SQL == "" {
		return n.Advice
	}
	p := migrations.Proposal{SQL: r.SQL, Table: r.Table, Name: r.Name, Type: r.Type, Columns: r.Columns}
	switch {
	case len(r.Columns) > 0:
		p.Kind = migrations.ProposeIndex
	case r.Type != "":
		p.Kind = migrations.ProposeType
	}
	if n.Advice == "" {
		return m.Code(p)
	}
	return m.Code(p) + ", " + n.Advice
}

const notesPage = `Things that are legal but worth knowing. Always a pass, with evidence.

Why it matters: none of this breaks the migration, but each has surprised somebody later: a foreign key that now deletes rows
(ON DELETE CASCADE), a default that changed while old code still writes, a column without a default that becomes NOT NULL while
old code may still leave it out, a migration that waits for its lock without the lock_timeout that others of the project set,
while everybody queues behind it, a foreign key without an index, many tables locked in one transaction, a materialised view that
nobody refreshed, a published table without its primary key or replica identity, an enum value appended where the order matters,
an id that became bigint while its sequence or the columns that reference it stayed integer, a revision that runs no statement,
one that reads rows and so cannot be written as an SQL script, and texts or JSON that its code reads: devenv does not hold
values against it of a form that no row of the base has.

Example:

    op.create_foreign_key("orders_member_id_fkey", "orders", "members", ["member_id"], ["id"], ondelete="CASCADE")

Deleting a row in members now deletes its orders too.

How to fix it: nothing needs fixing.

How to allow it: it never warns, so # devenv: allow notes -- reason is never needed.
`
