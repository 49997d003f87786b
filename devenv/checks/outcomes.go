package checks

import (
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/forward"
	"devenv/devenv/database/offending"
	"devenv/migrations"
)

// Outcomes is what the trials found, one field for each; the zero value means that none ran.
type Outcomes struct {
	Seeded  Outcome
	Hidden  []Hidden
	Scratch Outcome
	Drift   DriftOutcome
	Models  ModelsOutcome
	Data    DataOutcome
	Reverse ReverseOutcome
	Branch  StartOutcome
	First   StartFirstOutcome
	Base    StartOutcome
	// Gone are the names of tables and columns that only the schema before the upgrade has.
	Gone []Gone

	Stepwise    StepwiseOutcome
	Adversarial WitnessOutcome
	Atomic      AtomicOutcome
	Smoke       SmokeOutcome
	Unintended  UnintendedOutcome
	// NotCompared names database objects of kinds that no catalog query covers: their existence is compared, their
	// definitions are not.
	NotCompared []string
	// Notes are about changes that are legal and worth knowing.
	Notes []catalog.Note
}

// Outcome is how one run of the migration tool ended. Ran is false when it was not tried.
type Outcome struct {
	Ran bool
	// Failure is nil when the run succeeded.
	Failure *migrations.Failure
	// Offending holds the rows behind a failure, where they could be found.
	Offending offending.Found
	// Baseline is the base's own failure of the same kind, or nil when the base succeeds or was not tried.
	Baseline *migrations.Failure
	// Unrecorded is true when the run succeeded but the database's version is not the head: nothing was committed.
	Unrecorded bool
	// Hides is the setting that the upgrade left for later sessions, in which the version's table is not found; Hiding is the
	// statement that left it.
	Hides  string
	Hiding migrations.Statement
}

// DriftOutcome is what a second autogenerate found beyond the noise.
type DriftOutcome struct {
	Outcome
	// NoModels says that neither the branch nor its base has models, and how that was noticed.
	NoModels string
	// FromScratch is true when autogenerate ran on a schema made from scratch because the upgrade of the base's data
	// failed.
	FromScratch bool
	Operations  []migrations.Operation
	// Known counts the differences that are left out because the base has them too.
	Known int
	// Roomier are those that are left out because the database allows more than the models, in a column that the upgrade adds.
	Roomier []migrations.Operation
}

// ModelsOutcome is how the catalogs of the models' and the migrations' schemas differ, apart from what differs on the
// base and what autogenerate finds. NotCompared says why they could not be compared.
type ModelsOutcome struct {
	Ran         bool
	NotCompared string
	Differences []catalog.Difference
	// Known counts the differences that are left out because the base has them too.
	Known int
}

// DataOutcome is what the upgrade did to the existing data.
type DataOutcome struct {
	Ran bool
	// Rows is how many rows the base's data has; Partly are the large tables of which not every value was compared.
	Rows    int64
	Partly  []PartlyRead
	Changes []data.Change
	// Causes holds the statement of the migration behind a change, by what it concerns: schema.table or
	// schema.table.column. One that several may have caused has none.
	Causes map[string]migrations.Statement
	// Unsteady are columns that another run of the same migration fills with different values.
	Unsteady []Unsteady
}

// Hidden is a table (schema.table) of whose rows a statement of the migration found none, since row security hides them
// from the role that migrates.
type Hidden struct {
	Table     string
	Statement migrations.Statement
}

// PartlyRead is a table (schema.table) of which the values of one row in SampledBy were compared; of none if it is 0.
type PartlyRead struct {
	Table     string
	SampledBy int
}

// Unsteady is a column whose values differ between runs. Random is true when it existed before and differs in every
// run; otherwise it depends on the time zone or the date order.
type Unsteady struct {
	Table, Column string
	Random        bool
}

// ReverseOutcome is what the downgrade did, the schema after it, and how the second upgrade ended.
type ReverseOutcome struct {
	Down, Again Outcome
	// Custom is set if the downgrade raises an exception of the project's code.
	Custom      Custom
	Differences []catalog.Difference
	// Data is what the downgrade did to the data.
	Data ReversedData
	// FromScratch is true when the downgrade ran on a schema made from scratch because the upgrade of the base's data
	// failed.
	FromScratch bool
	// SchemaRead is true when the schema after the downgrade was compared.
	SchemaRead bool
	// Written is how another downgrade copes with rows that only the new schema accepts, written after the upgrade.
	Written WitnessOutcome
}

// Custom is how many of the base's revisions raise the exception that the branch's downgrade raises.
type Custom struct{ Raising, Of int }

// Holds reports whether so many do that it is the project's custom not to go back.
func (c Custom) Holds() bool {
	return c.Raising > 0 && c.Raising*2 >= c.Of || c.Raising > 1 && c.Raising*4 >= c.Of
}

// ReversedData is what a downgrade did to the data. Base is what it did to the base's data, apart from what the upgrade
// did; Made is what it did to everything the upgrade left. Trip is what the second upgrade left different from the
// first. Restored are the upgrade's losses whose values the downgrade found in another form, each in its row.
type ReversedData struct{ Base, Made, Trip, Restored []data.Change }

// StartOutcome is how starting a backend ended. Err is nil when it became ready.
type StartOutcome struct {
	Ran      bool
	Service  string
	Err      error
	Baseline error
	How      string
}

// UnintendedOutcome is what the upgrade did to the schema that was hardly meant. Upserts are the lines of the base's
// code with an upsert, if it matters.
type UnintendedOutcome struct {
	Ran     bool
	Changes []UnintendedChange
	Upserts []Mention
}

// UnintendedChange is one change. Cause is the statement behind it, or zero if it is not known. OnlyDatabase means that
// the base's models do not describe the object, so that they say nothing about it.
type UnintendedChange struct {
	forward.Change
	Cause        migrations.Statement
	OnlyDatabase bool
}

// StartFirstOutcome is how the upgrade ended after the branch's backend had been started. File is one of the backend's
// files that create tables. Upgrade did not run if the backend does not start on the base's data.
type StartFirstOutcome struct {
	Service, File string
	Upgrade       Outcome
}

// Gone is a table (schema.table), or a column of it, whose name the upgrade takes away. Now is what it is called
// afterwards, empty if it is dropped. Mentions are the lines of the base's code that name it.
type Gone struct {
	Table, Column, Now string
	Mentions           []Mention
}

// Mention is a line of a file, relative to the repository.
type Mention struct {
	File string
	Line int
}
