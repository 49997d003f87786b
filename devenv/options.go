// Package devenv holds the workflows: each command's work, from finding the project to the report, wired from the
// packages below it. Workflows read as prose (new_migration.go first); the parts they name lie in files beside them.
package devenv

import (
	"context"

	"devenv/devenv/branch"
	"devenv/devenv/project"
	"devenv/devenv/redact"
	"devenv/devenv/report"
)

// Options are what every command takes.
type Options struct {
	// Dir is the directory the command was called in; empty means the process's.
	Dir     string
	Compose ComposeOptions
	// Host and Context choose the engine as Docker's own command line does; empty means its environment and default.
	Host, Context string
	// Listener hears the run's events; nil means nobody.
	Listener report.Listener
	// Ask puts questions to a person; nil means that nobody is there to answer.
	Ask Asker

	// redactor takes secrets out of what the run says; the run makes its own where there is none.
	redactor *redact.Redactor
}

// ComposeOptions are Compose's own global flags.
type ComposeOptions = project.ComposeOptions

// choice is which project is meant, and on which engine.
func (o Options) choice() project.Choice {
	return project.Choice{Dir: o.Dir, Compose: o.Compose, Host: o.Host, Context: o.Context}
}

// Asker puts questions to the person at the terminal. An interrupted question returns an error.
type Asker interface {
	// Choose returns the index of the chosen option.
	Choose(ctx context.Context, question string, options []string) (int, error)
	Confirm(ctx context.Context, question string) (bool, error)
}

// Mode says what new-migration does with the revisions that the branch already has.
type Mode = branch.Mode

// The modes of new-migration.
const (
	ModeAsk     = branch.Ask
	ModeReplace = branch.Replace
	ModeKeep    = branch.Keep
	ModeEmpty   = branch.Empty
)

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
