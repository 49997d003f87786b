package checks

import (
	"slices"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/routines"
	"devenv/devenv/database/witness"
	"devenv/devenv/database/writes"
	"devenv/migrations"
)

// StepwiseOutcome is how applying one revision at a time compares with applying them all in one run.
type StepwiseOutcome struct {
	// Seeded is the branch's revisions applied one at a time to the base's data; Scratch is the whole history applied
	// one at a time to an empty database.
	Seeded, Scratch Outcome
	// Compared is true when two of the ways were compared; Differences are the objects they leave different; One and
	// Other name the two ways.
	Compared    bool
	Differences []catalog.Difference
	One, Other  string
}

// WitnessOutcome is what happened to the rows made to break a move. Ran is false when none was looked for. Unproved are
// the statements that concerned no row, neither of the data nor of those that were made.
type WitnessOutcome struct {
	Ran      bool
	Tried    []WitnessTrial
	Unproved []migrations.Statement
	// Together is how all rows at once broke the move, if none that was tried by itself did.
	Together *migrations.Failure
}

// Broken reports whether a row broke the move.
func (o WitnessOutcome) Broken() bool {
	return slices.ContainsFunc(o.Tried, func(t WitnessTrial) bool { return t.Failure != nil })
}

// Loses reports whether a row lost what only it has.
func (o WitnessOutcome) Loses() bool {
	return slices.ContainsFunc(o.Tried, func(t WitnessTrial) bool { return t.Lost })
}

// onlyArrivals reports whether the rows that broke the move all came while it ran.
func (o WitnessOutcome) onlyArrivals() bool {
	return !slices.ContainsFunc(o.Tried, func(t WitnessTrial) bool { return t.Failure != nil && t.After == nil })
}

// WitnessTrial is one restriction and the row made to break it. Failure is nil when the move copes with the row, or
// when no such row could be made.
type WitnessTrial struct {
	Witness   witness.Witness
	Failure   *migrations.Failure
	Offending offending.Found
	// Alike is how many rows of the data look like it; nil if that was not counted.
	Alike *int64
	// Lost means that the move copes with the row, and takes what only that has; Cause is the statement that does.
	Lost  bool
	Cause migrations.Statement
	// After is the statement whose transaction had ended when the row arrived, if it was not there before the move.
	After *migrations.Statement
}

// AtomicOutcome is what failures in the middle of the upgrade leave behind.
type AtomicOutcome struct {
	Ran bool
	// Transactions is the number of transactions the upgrade takes. Tried is at how many points it was broken off, Points
	// at how many a failure would leave a revision half applied.
	Transactions, Tried, Points int
	Breaks                      []AtomicBreak
	Unfinished                  []Unfinished
}

// Unfinished is an index or a constraint of a table (schema.table) that the upgrade leaves INVALID or NOT VALID.
type Unfinished struct{ Table, Object, State, Definition string }

// AtomicBreak is a failure after a statement that leaves the schema or the version halfway between before and after.
type AtomicBreak struct {
	Revision, Statement string
	Line                int
	Left                []catalog.Difference
	// Retry is how the upgrade fails when it is retried.
	Retry *migrations.Failure
}

// SmokeOutcome is how writes to the touched tables end, and what the functions use that is gone. Tables counts the
// touched tables, Written those to which a row was written and read back. Writes and Routines hold what failed;
// Unjudged are functions that build statements from texts.
type SmokeOutcome struct {
	Ran             bool
	Tables, Written int
	Writes          []SmokeWrite
	Routines        []SmokeRoutine
	Unjudged        []string
}

// SmokeWrite is a write that fails. Cause is the migration's last statement that names the table, if one does. Mention
// is the line of the base's code that names a constant.
type SmokeWrite struct {
	writes.Failed
	// New means that the migration made the table.
	New     bool
	Cause   migrations.Statement
	Mention Mention
}

// SmokeRoutine is a function that no longer works, and the migration's last statement that names what it lacks.
type SmokeRoutine struct {
	routines.Fault
	Cause migrations.Statement
}
