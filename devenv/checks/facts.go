package checks

import (
	"time"

	"devenv/devenv/report"
	"devenv/migrations"
)

// Trial names one experiment that a run makes with a migration. Several checks may read what it records.
type Trial string

// The trials.
const (
	// TrialSeeded upgrades a clone of the base's data.
	TrialSeeded Trial = "seeded"
	// TrialScratch upgrades an empty database through the whole history.
	TrialScratch Trial = "scratch"
	// TrialOrigin upgrades an empty database through the base's own history.
	TrialOrigin Trial = "origin"
	// TrialDrift runs autogenerate again on the upgraded database.
	TrialDrift Trial = "drift"
	// TrialModels compares the schema described by the models with the one that the migrations make.
	TrialModels Trial = "models"
	// TrialUnintended looks for changes of the schema that no statement meant, or that nobody can want.
	TrialUnintended Trial = "unintended"
	// TrialData compares the data before and after the upgrade.
	TrialData Trial = "data"
	// TrialRepeat upgrades a second clone in another time zone and compares the data.
	TrialRepeat Trial = "repeat"
	// TrialReverse downgrades the upgraded database, compares its schema with the base's, and upgrades again.
	TrialReverse Trial = "reverse"
	// TrialStepwise applies the branch's revisions one at a time, and the whole history as well when it fails in one
	// run.
	TrialStepwise Trial = "stepwise"
	// TrialAdversarial upgrades clones that hold witnesses: rows made to break the migration.
	TrialAdversarial Trial = "adversarial"
	// TrialAtomic interrupts the upgrade between its transactions and tries it again.
	TrialAtomic Trial = "atomic"
	// TrialRenames compares the tables and columns before and after the upgrade.
	TrialRenames Trial = "renames"
	// TrialNotes looks through what the upgrade changed for anything worth knowing.
	TrialNotes Trial = "notes"
	// TrialSmoke writes to the tables that the upgrade touched.
	TrialSmoke Trial = "smoke"
	// TrialStartBranch starts the branch's backend on the migrated data.
	TrialStartBranch Trial = "start.branch"
	// TrialStartFirst starts the branch's backend on the base's data and then runs the upgrade.
	TrialStartFirst Trial = "start.first"
	// TrialStartBase starts the base's backend on the migrated data.
	TrialStartBase Trial = "start.base"
	// TrialBaseNames looks in the base's code for the names that the upgrade takes away.
	TrialBaseNames Trial = "base.names"
)

// Facts is everything a run recorded about the branch's migrations. It is all that checks read.
type Facts struct {
	Change
	Outcomes
	// Snippets writes the code in hints; nil means plain SQL.
	Snippets migrations.Snippets
	// Unable holds why a trial could not run: the migration tool lacks an ability it needs, or there is no backend.
	Unable map[Trial]string
	// Unanswered holds why a trial was not carried out to its end, although it could have been: the machine ended it.
	Unanswered map[Trial]Unanswered
	// Spent is how long each trial took.
	Spent map[Trial]time.Duration

	unusedWaivers []report.Evidence
	// waivers is how many waivers the revisions have, and of how many the check gave no answer.
	waivers struct{ of, unasked int }
	// waived reports whether a waiver covers a piece of evidence, while what it leaves is judged; nil otherwise.
	waived func(report.Evidence) bool
}

// Change is what the branch does to the migration history. It is known before any trial runs.
type Change struct {
	// BaseRef names the base branch in messages; BaseHeads are its revisions without a child.
	BaseRef   string
	BaseHeads []string
	// Restores is true when the command restores the base's edited files as part of its delivery.
	Restores bool
	// OnePerBranch is true when a branch may add only one migration.
	OnePerBranch bool
	// Revisions are the branch's own, oldest first; History is the graph after merging with the base.
	Revisions []migrations.Revision
	History   migrations.History
	// Since holds the day on which the base got each revision, as text for people.
	Since map[string]string
	// Edited are the base's migrations that the branch changed, renamed or removed.
	Edited []Edit
	// Renames are pairs of a drop and an add that look like a rename and were not written as one.
	Renames []migrations.Rename
	// RenamesByUpgrade means that only the upgrade shows them: no revision was proposed whose operations are known.
	RenamesByUpgrade bool
	// Database is what it changes of what the database starts from.
	Database DatabaseChange
	// NothingToTry says why no trial could run on a database: there is no revision, or the graph is broken.
	NothingToTry string
}

// Edit is a migration of the base that the branch changed. Status is "changed", "removed" or "renamed".
type Edit struct {
	Path, Status, RenamedTo string
	// Tidied is true when only imports were removed or moved, so that the migration does what it did before.
	// OnlyRenamed is true when the file has another name and the same content, apart from that.
	Tidied, OnlyRenamed bool
}

// covers reports whether a judgement must leave a piece of evidence out, because a waiver covers it.
func (f *Facts) covers(e report.Evidence) bool { return f.waived != nil && f.waived(e) }

// spent returns the time that the trials took, in milliseconds.
func (f *Facts) spent(needs []Trial) int64 {
	var total time.Duration
	for _, t := range needs {
		total += f.Spent[t]
	}
	return total.Milliseconds()
}

// fileOf returns the path of a revision in the branch or the history, or an empty string when it is unknown.
func (f *Facts) fileOf(revision string) string {
	for _, r := range append(f.Revisions, f.History.Revisions...) {
		if r.ID == revision {
			return r.Path
		}
	}
	return ""
}

// newest returns the id of the branch's last revision, or an empty string when the branch adds none.
func (f *Facts) newest() string {
	if len(f.Revisions) == 0 {
		return ""
	}
	return f.Revisions[len(f.Revisions)-1].ID
}
