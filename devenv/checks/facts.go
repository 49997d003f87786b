package checks

import (
	"time"

	"devenv/devenv/report"
	"devenv/migrations"
)

// Trial is one thing a run does to learn about a migration. Several checks may read what it recorded.
type Trial string

// The trials.
const (
	// TrialSeeded upgrades a clone of the base's data.
	TrialSeeded Trial = "seeded"
	// TrialScratch upgrades an empty database through the whole history.
	TrialScratch Trial = "scratch"
	// TrialDrift runs autogenerate again on the upgraded database.
	TrialDrift Trial = "drift"
	// TrialModels compares the schema that the models describe with the one that the migrations made.
	TrialModels Trial = "models"
	// TrialUnintended looks for what the upgrade took along.
	TrialUnintended Trial = "unintended"
	// TrialData compares the data before and after the upgrade.
	TrialData Trial = "data"
	// TrialRepeat upgrades another clone, in another time zone, and compares the data.
	TrialRepeat Trial = "repeat"
	// TrialReverse downgrades the upgraded database, compares its schema with the base's, and upgrades again.
	TrialReverse Trial = "reverse"
	// TrialStepwise applies the branch's revisions, and where that fails in one run the history, one at a time.
	TrialStepwise Trial = "stepwise"
	// TrialAdversarial upgrades clones that hold witnesses.
	TrialAdversarial Trial = "adversarial"
	// TrialAtomic breaks the upgrade off between its transactions and tries it again.
	TrialAtomic Trial = "atomic"
	// TrialRenames compares the tables and columns before and after the upgrade.
	TrialRenames Trial = "renames"
	// TrialNotes reads what the upgrade changed for what is worth knowing.
	TrialNotes Trial = "notes"
	// TrialSmoke writes to the tables that the upgrade touched.
	TrialSmoke Trial = "smoke"
	// TrialStartBranch starts the branch's backend on the migrated data.
	TrialStartBranch Trial = "start.branch"
	// TrialStartFirst starts the branch's backend on the base's data, and upgrades that.
	TrialStartFirst Trial = "start.first"
	// TrialStartBase starts the base's backend on the migrated data.
	TrialStartBase Trial = "start.base"
)

// Facts is what a run recorded about the branch's migrations. Checks read it and nothing else.
type Facts struct {
	Change
	Outcomes
	// Snippets writes the code of hints; nil is SQL.
	Snippets migrations.Snippets
	// Unable says of trials why they could not take place: the migration tool lacks what they take of it, or there is no backend.
	Unable map[Trial]string
	// Spent is the time each trial took.
	Spent map[Trial]time.Duration

	unusedWaivers []report.Evidence
}

// Change is what the branch does to the history of migrations: known before any trial.
type Change struct {
	// BaseRef names the base branch in messages; BaseHeads are its revisions without a child.
	BaseRef   string
	BaseHeads []string
	// Restores says that the command brings edited files of the base back when it delivers.
	Restores bool
	// OnePerBranch says that a branch adds one migration.
	OnePerBranch bool
	// Revisions are the branch's own, oldest first; History is the graph after merging with the base.
	Revisions []migrations.Revision
	History   migrations.History
	// Since says since when the base has a revision: the day, for people.
	Since map[string]string
	// Edited are the base's migrations that the branch changed, renamed or removed.
	Edited []Edit
	// Renames are drops and adds that look like renames and were not written as such.
	Renames []migrations.Rename
	// NothingToTry says why no trial could run on a database: no revision, or a broken graph.
	NothingToTry string
}

// Edit is a migration of the base that the branch changed. Status is "changed", "removed" or "renamed".
type Edit struct {
	Path, Status, RenamedTo string
	// Tidied says that nothing but imports went or moved: it does what it did.
	Tidied bool
}

// spent returns the milliseconds of the trials a check needs.
func (f *Facts) spent(needs []Trial) int64 {
	var total time.Duration
	for _, t := range needs {
		total += f.Spent[t]
	}
	return total.Milliseconds()
}

// fileOf returns the path of a revision of the branch or the history, empty when it is unknown.
func (f *Facts) fileOf(revision string) string {
	for _, r := range append(f.Revisions, f.History.Revisions...) {
		if r.ID == revision {
			return r.Path
		}
	}
	return ""
}

// newest returns the branch's last revision's id, empty when the branch adds none.
func (f *Facts) newest() string {
	if len(f.Revisions) == 0 {
		return ""
	}
	return f.Revisions[len(f.Revisions)-1].ID
}
