package checks

import (
	"slices"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/migrations"
)

// StepwiseOutcome is how one revision at a time compares with all in one run.
type StepwiseOutcome struct {
	// Seeded are the branch's revisions on the base's data, Scratch the whole history on nothing, each one at a time.
	Seeded, Scratch Outcome
	// Compared says that two ways were; Differences are objects that they leave differently; One and Other name the ways.
	Compared    bool
	Differences []catalog.Difference
	One, Other  string
}

// WitnessOutcome is what became of the rows made to break a move. Ran is false when none was looked for.
type WitnessOutcome struct {
	Ran   bool
	Tried []WitnessTrial
}

// Broken says that a row broke the move.
func (o WitnessOutcome) Broken() bool {
	return slices.ContainsFunc(o.Tried, func(t WitnessTrial) bool { return t.Failure != nil })
}

// WitnessTrial is one restriction with the row made to break it. Failure is nil when the move copes with the row, or when
// none could be made.
type WitnessTrial struct {
	Witness   witness.Witness
	Failure   *migrations.Failure
	Offending offending.Found
}

// AtomicOutcome is what failures in the middle of the upgrade leave behind.
type AtomicOutcome struct {
	Ran bool
	// Transactions is how many the upgrade takes.
	Transactions int
	Breaks       []AtomicBreak
	Unfinished   []Unfinished
}

// Unfinished is an index or a constraint of a table (schema.table) that the upgrade leaves INVALID or NOT VALID.
type Unfinished struct{ Table, Object, State, Definition string }

// AtomicBreak is a failure after a statement that leaves the schema or the version between before and after.
type AtomicBreak struct {
	Revision, Statement string
	Line                int
	Left                []catalog.Difference
	// Retry is how the upgrade fails when it is tried again.
	Retry *migrations.Failure
}

// SmokeOutcome is how writes to the touched tables end. Writes holds those that failed.
type SmokeOutcome struct {
	Ran    bool
	Tables int
	Writes []SmokeWrite
}

// SmokeWrite is a write that fails. Cause is the migration's statement that touched the table last, or its last one.
type SmokeWrite struct {
	writes.Failed
	Cause migrations.Statement
}
