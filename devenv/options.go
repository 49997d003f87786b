// Package devenv holds the workflows: each command's work, from finding the project to the report, wired from the
// packages below it. Workflows read as prose (new_migration.go first); the parts they name lie in the rooms below.
package devenv

import (
	"devenv/devenv/branch"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/trials"
)

// Options are what every command takes.
type Options = session.Options

// Asker puts questions to the person at the terminal.
type Asker = session.Asker

// ComposeOptions are Compose's own global flags.
type ComposeOptions = project.ComposeOptions

// Mode says what new-migration does with the revisions that the branch already has.
type Mode = branch.Mode

// The modes of new-migration.
const (
	ModeAsk     = branch.Ask
	ModeReplace = branch.Replace
	ModeKeep    = branch.Keep
	ModeEmpty   = branch.Empty
)

// Trials returns what is done to learn about a migration, and what needs what.
func Trials() []trials.Description { return trials.Describe() }

// NewMigrationOptions are the options of new-migration.
type NewMigrationOptions struct {
	Options
	Message string
	Mode    Mode
	// Base is the base branch; empty means the configuration's, else the repository's default.
	Base     string
	NoVerify bool
	// DryRun delivers nothing.
	DryRun bool
	// Only and Skip choose checks by id or "prefix.*".
	Only, Skip []string
}

// TestMigrationOptions are the options of test-migration.
type TestMigrationOptions struct {
	Options
	Base       string
	Only, Skip []string
}

// Result is what a migration command ends with.
type Result struct {
	Document *report.Document
	// File is the content of the new revision, nil when none was made.
	File []byte
}
