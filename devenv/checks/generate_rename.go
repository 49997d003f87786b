package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/query"
	"devenv/devenv/report"
	"devenv/migrations"
)

func generateRename() Check {
	return Check{
		ID: "generate.rename", Severity: report.StatusWarn, Needs: []Trial{TrialSeeded, TrialData, TrialRenames},
		Asks: "is there a drop and an add that look like a rename?",
		Page: generateRenamePage, Judge: judgeRename,
	}
}

func judgeRename(f *Facts) Finding {
	renames := slices.DeleteFunc(slices.Clone(f.Renames), func(r migrations.Rename) bool { return f.covers(f.renameEvidence(r)) })
	upgraded := f.Seeded.Ran && f.Seeded.Failure == nil
	switch {
	case len(renames) == 0 && f.RenamesByUpgrade && !upgraded:
		return unasked(f.whyNotRun())
	case len(renames) == 0:
		return clean("no drop and add looks like a rename")
	}
	evidence := make([]report.Evidence, 0, len(renames))
	for _, r := range renames {
		e := f.renameEvidence(r)
		e.File = f.fileOf(e.Revision)
		evidence = append(evidence, e)
	}
	first := renames[0]
	if others := candidates(renames, first); first.Uncertain && len(others) > 1 {
		return found(
			fmt.Sprintf("%s may be a rename of %s%s", oneOf(others), first.From, more(len(evidence)-len(others))),
			f.mender().renames(renames), evidence...,
		)
	}
	return found(mayBe(first)+more(len(evidence)-1), f.mender().renames(renames), evidence...)
}

// mayBe describes a rename in words.
func mayBe(r migrations.Rename) string {
	if r.Kind == migrations.MoveTable {
		return qualified(r.To, r.From) + " may be " + r.From + " moved"
	}
	return r.To + " may be a rename of " + r.From
}

// renames returns code for both directions, one rename for each name that disappeared. It goes at the start of either
// function, so that whatever follows, such as an index on the column, finds the new name. It must come after any block
// that commits: placed before one, it would be committed by that block, and a later failure would leave it done.
func (m mender) renames(renames []migrations.Rename) string {
	var chosen []migrations.Rename
	var up, down []string
	add := func(lines *[]string, line string) {
		if line = "    " + line; !slices.Contains(*lines, line) {
			*lines = append(*lines, line)
		}
	}
	types := ""
	for _, r := range renames {
		if slices.ContainsFunc(chosen, r.Excludes) {
			continue
		}
		chosen = append(chosen, r)
		if r.Kind == migrations.MoveTable {
			add(&up, m.execute("CREATE SCHEMA IF NOT EXISTS "+query.Identifier(r.To)))
		}
		for _, t := range r.Types {
			types = ", those of types as well"
			add(&up, m.moveType(t))
			add(&down, m.moveType(migrations.MovedType{Name: t.Name, From: t.To, To: t.From}))
		}
		add(&up, m.rename(r, alternatives(renames, r)))
		add(&down, m.rename(r.Back(), ""))
	}
	whether, what := "if it is", "drop and add"+types
	if len(chosen) > 1 {
		whether, what = "if they are", "drops and adds"+types
	}
	w := m.Words()
	return whether + ", remove the " + what + ", and start " + w.Upgrade + ", after any " + w.Block + ", with\n" +
		strings.Join(up, "\n") + "\nand " + w.Downgrade + " with\n" + strings.Join(down, "\n")
}

// alternatives returns a comment that lists the other possible new names.
func alternatives(renames []migrations.Rename, r migrations.Rename) string {
	others := slices.DeleteFunc(candidates(renames, r), func(to string) bool { return to == r.To })
	if len(others) == 0 {
		return ""
	}
	return "or " + oneOf(others)
}

// candidates returns the names that something may have been renamed to.
func candidates(renames []migrations.Rename, of migrations.Rename) []string {
	var names []string
	for _, r := range renames {
		if r.From == of.From && r.Excludes(of) {
			names = append(names, r.To)
		}
	}
	return names
}

// oneOf returns a choice in words: "a or b", "a, b or c".
func oneOf(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func (f *Facts) renameEvidence(r migrations.Rename) report.Evidence {
	e := report.Evidence{Revision: cmp.Or(r.Revision, f.newest()), Line: r.Line, Table: qualified(r.Schema, r.Table), Statement: f.mender().rename(r, ""), Message: mayBe(r)}
	if r.Kind == migrations.RenameColumn {
		e.Column = r.From
	}
	return e
}

const generateRenamePage = `Autogenerate cannot tell a rename from a drop and an add. It writes the latter, and the values are gone.

Why it matters: the upgrade succeeds, even on data, and autogenerate finds nothing afterwards; only the values are missing.

Example: the attribute "legacy" becomes "old_number", and autogenerate writes

    op.add_column("members", sa.Column("old_number", sa.Text(), nullable=True))
    op.drop_column("members", "legacy")

How to fix it: on a terminal, devenv asks and writes the rename. Elsewhere, replace the pair with
op.alter_column("users", "legacy", new_column_name="note"), or for a table with op.rename_table("old", "new").

How to allow it: # devenv: allow generate.rename -- reason
`
