package checks

import (
	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/migrations"
)

func notes() Check {
	return Check{
		ID: "notes", Severity: report.StatusPass, Needs: []Trial{TrialSeeded, TrialNotes},
		Asks: "what is legal, and worth knowing?",
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

const notesPage = `What is legal and worth knowing. Always a pass, with evidence.

Why it matters: none of this breaks the migration, and each has surprised somebody later: a foreign key that now deletes rows
(ON DELETE CASCADE), a default that changed under writers of the old code, a migration that waits for its lock without
lock_timeout while everybody queues behind it, a foreign key without an index under it, many tables locked in one transaction, a
materialised view that nobody refreshed, the primary key or replica identity of a published table gone, an enum value appended where
the order means something, an id that became bigint while its sequence or the columns that point to it stayed integer, a revision that runs no statement,
one that reads rows and so cannot be written as a script of SQL.

Example:

    op.create_foreign_key("orders_member_id_fkey", "orders", "members", ["member_id"], ["id"], ondelete="CASCADE")

A row deleted in members now takes its orders along.

How to mend: nothing has to be.

How to allow it: it never warns, so # devenv: allow notes -- reason is never needed.
`
