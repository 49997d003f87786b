package checks

import (
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/offending"
	"devenv/migrations"
)

// Outcomes is what the trials found, each its own part; the zero value says that none ran.
type Outcomes struct {
	Seeded  Outcome
	Scratch Outcome
	Drift   DriftOutcome
	Models  ModelsOutcome
	Data    DataOutcome
	Reverse ReverseOutcome
	Branch  StartOutcome
	First   StartFirstOutcome
	Base    StartOutcome

	Stepwise    StepwiseOutcome
	Adversarial WitnessOutcome
	Atomic      AtomicOutcome
	Smoke       SmokeOutcome
	Unintended  UnintendedOutcome
	// NotCompared names objects of the database of kinds that no catalog query knows: that they are there is compared, what
	// they are is not.
	NotCompared []string
	// Notes are what is legal and worth knowing.
	Notes []catalog.Note
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

// UnintendedOutcome is what the upgrade did to the schema that no statement names.
type UnintendedOutcome struct {
	Ran  bool
	Lost []UnintendedLoss
}

// UnintendedLoss is an object that CASCADE took along. Cause is the statement, zero where several may have.
type UnintendedLoss struct {
	catalog.Loss
	Cause migrations.Statement
}

// StartFirstOutcome is how the upgrade ended where the branch's backend was started before it. File is one that creates tables; Upgrade
// did not run where the backend does not start on the base's data.
type StartFirstOutcome struct {
	Service, File string
	Upgrade       Outcome
}
