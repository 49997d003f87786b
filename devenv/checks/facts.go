package checks

import (
	"time"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/offending"
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
	// TrialStartBase starts the base's backend on the migrated data.
	TrialStartBase Trial = "start.base"
)

// Facts is what a run recorded about the branch's migrations. Checks read it and nothing else.
type Facts struct {
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

	Seeded  Outcome
	Scratch Outcome
	Drift   DriftOutcome
	Models  ModelsOutcome
	Data    DataOutcome
	Reverse ReverseOutcome
	Branch  StartOutcome
	Base    StartOutcome

	Stepwise    StepwiseOutcome
	Adversarial WitnessOutcome
	Atomic      AtomicOutcome
	Smoke       SmokeOutcome
	// NotCompared names objects of the database of kinds that no catalog query knows: that they are there is compared, what
	// they are is not.
	NotCompared []string
	// Notes are what is legal and worth knowing.
	Notes []catalog.Note

	// Unable says of trials why the migration tool lacks what they take of it.
	Unable map[Trial]string
	// Spent is the time each trial took.
	Spent map[Trial]time.Duration

	unusedWaivers []report.Evidence
}

// Edit is a migration of the base that the branch changed. Status is "changed", "removed" or "renamed".
type Edit struct {
	Path, Status, RenamedTo string
	// Tidied says that nothing but imports went or moved: it does what it did.
	Tidied bool
}

// Outcome is how one run of the migration tool ended. Ran is false when it was not tried.
type Outcome struct {
	Ran bool
	// Failure is nil when the run succeeded.
	Failure *migrations.Failure
	// Offending are the rows behind a failure, where they could be found.
	Offending offending.Found
	// Baseline is the base's failure of the same kind, nil when the base alone succeeds or was not asked.
	Baseline *migrations.Failure
	// Unrecorded says that the run succeeded and the database's version is not the head: nothing was committed.
	Unrecorded bool
}

// DriftOutcome is what a second autogenerate found beyond the noise.
type DriftOutcome struct {
	Outcome
	// FromScratch says that it was asked of a schema made from scratch, since the upgrade of the base's data failed.
	FromScratch bool
	Operations  []migrations.Operation
}

// ModelsOutcome is how the catalogs of the models' schema and the migrations' differ, beyond the base and what autogenerate
// finds. NotCompared says why they could not be compared.
type ModelsOutcome struct {
	Ran         bool
	NotCompared string
	Differences []catalog.Difference
}

// DataOutcome is what the upgrade did to the data that was there.
type DataOutcome struct {
	Ran     bool
	Changes []data.Change
	// Unsteady are columns that another run of the same migration fills with other values.
	Unsteady []Unsteady
}

// Unsteady is such a column. Random says that it was an old column and differs in every run; else it depends on the time
// zone or the order of dates.
type Unsteady struct {
	Table, Column string
	Random        bool
}

// ReverseOutcome is the way back: the downgrade, the schema after it, and the upgrade after that.
type ReverseOutcome struct {
	Down, Again Outcome
	Differences []catalog.Difference
	// Data is what the downgrade did to the data.
	Data ReversedData
	// FromScratch says that it was tried on a schema made from scratch, since the upgrade of the base's data failed.
	FromScratch bool
	// SchemaRead says that the schema after the downgrade was compared.
	SchemaRead bool
	// Written are rows that the new schema takes and the old one does not, written before another downgrade.
	Written WitnessOutcome
}

// ReversedData is what a downgrade did: Base to the base's data, beyond what the upgrade did to it, and Made to all that the
// upgrade left. Trip is what the first upgrade left and the second one did not.
type ReversedData struct{ Base, Made, Trip []data.Change }

// StartOutcome is how a backend's start ended. Err is nil when it became ready.
type StartOutcome struct {
	Ran      bool
	Service  string
	Err      error
	Baseline error
	How      string
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
