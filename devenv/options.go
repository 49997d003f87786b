// Package devenv contains the workflows: each command's work, from finding the project to the report, composed from the
// packages below it. Workflows read like prose (new_migration.go first); the parts they name are in those packages.
package devenv

import (
	"devenv/devenv/branch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/testbed"
	"devenv/devenv/trials"
)

// Options are the options of every command.
type Options = session.Options

// Asker asks the person at the terminal.
type Asker = session.Asker

// ComposeOptions are Compose's own global flags.
type ComposeOptions = project.ComposeOptions

// Mode is what new-migration does with the revisions the branch already has.
type Mode = branch.Mode

// The modes of new-migration.
const (
	ModeAsk     = branch.Ask
	ModeReplace = branch.Replace
	ModeKeep    = branch.Keep
	ModeEmpty   = branch.Empty
)

// Standby is what one run leaves ready for the next of the same watch.
type Standby = testbed.Standby

// Trials returns the trials, and what each needs.
func Trials() []trials.Description { return trials.Describe() }

// Concluded is called with the result of a run that ended without an error, as soon as it stands: before what the run
// made is removed.
type Concluded func(*Result)

// NewMigrationOptions are the options of new-migration.
type NewMigrationOptions struct {
	Options
	Message string
	Mode    Mode
	// Base is the base branch; empty means the configured one, or else the repository's default.
	Base     string
	NoVerify bool
	// DryRun delivers nothing.
	DryRun bool
	// Only and Skip select checks by id or "prefix.*"; Strict means that warnings count as failures.
	Only, Skip []string
	Strict     bool
	// ParallelRuns is how many runs may work on the engine at the same time; 0 is as many as suit its processors, -1
	// any number.
	ParallelRuns int
	// Timings measures what the run's time goes into.
	Timings bool
	// Concluded may be nil; with Timings it is not called.
	Concluded Concluded
	// Standby is what the last run of the same watch has left ready; nil for a run on its own.
	Standby *Standby
}

// TestMigrationOptions are the options of test-migration.
type TestMigrationOptions struct {
	Options
	Base       string
	Only, Skip []string
	Strict     bool
	// ParallelRuns, Timings, Concluded and Standby are as in NewMigrationOptions.
	ParallelRuns int
	Timings      bool
	Concluded    Concluded
	Standby      *Standby
}

// Result is the result of a migration command.
type Result struct {
	Document *report.Document
	// File is the content of the new revision, nil if none was made.
	File []byte

	changes []gitrepo.FileChange
}

// Writes reports whether Write has something to write: the run was a dry one, and has proposed something.
func (r *Result) Writes() bool { return len(r.changes) > 0 }
