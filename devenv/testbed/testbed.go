// Package testbed prepares what a migration is made and tried on: it finds out what there is to work on, brings the base's database
// and the branch's tree, starts the migration tool, and clones databases. It says nothing about the migration itself; the rooms
// above it (generate, trials) do.
package testbed

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/base"
	"devenv/devenv/branch"
	"devenv/devenv/checks"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/session"
	"devenv/devenv/tool"
)

// Request is what a command wants of its testbed.
type Request struct {
	// Base is the base branch; empty means the configuration's, else the repository's default.
	Base string
	// Existing takes the branch's revisions as they are; else Mode says what becomes of them.
	Existing bool
	Mode     branch.Mode
	// Unverified leaves out what only trials need; Selection is which checks are wanted.
	Unverified bool
	Selection  checks.Selection
}

// Testbed is what a migration is made and tried on. Its fields are filled by the steps in this order: Find, UseBase and
// TakeBranch, StartTool.
type Testbed struct {
	*session.Session
	Request Request

	// Project, BaseRef, EnvFiles and Work are found by Find; Mode is chosen there.
	Project  *discover.Project
	BaseRef  gitrepo.Base
	EnvFiles []string
	Work     *branch.Work
	Mode     branch.Mode

	// Base is the base's database and tree, Branch the branch's tree, merged with the base.
	Base   *base.Base
	Branch *scratch.Checkout
	Tool   *tool.Tool

	about About
	// Copied is closed when this run has made the base's database, which is to become an image.
	Copied chan struct{}
}

// About is what the document says of a testbed.
type About struct {
	Base   report.Base
	Branch report.Branch
	// Noise is how models and migrations differed before the branch.
	Noise []report.Noise
}

// New returns a testbed of which nothing is known yet.
func New(s *session.Session, r Request) *Testbed {
	return &Testbed{Session: s, Request: r, Copied: make(chan struct{})}
}

// About returns what the document says of it, as far as it is known.
func (b *Testbed) About() About { return b.about }

// BaseName returns the base branch as people say it.
func (b *Testbed) BaseName() string { return branch.SpokenBase(b.BaseRef.Ref, b.Work.Head.Ref) }

// BaseHeads returns the base's revisions without a child.
func (b *Testbed) BaseHeads() []string { return b.Base.Seeded.Meta.Head }

// Wants returns whether a wanted check needs a trial.
func (b *Testbed) Wants(t checks.Trial) bool {
	return !b.Request.Unverified && b.Request.Selection.Wants(t)
}

func (b *Testbed) wantsAny(trials ...checks.Trial) bool { return slices.ContainsFunc(trials, b.Wants) }

// StartsBackend returns whether a trial is wanted that starts a backend, and there is one.
func (b *Testbed) StartsBackend(t checks.Trial) bool { return b.Project.Backend != "" && b.Wants(t) }

// Finish diagnoses a command's error, closes the testbed and takes secrets out of the error. An interrupt stays one.
func (b *Testbed) Finish(ctx context.Context, err error) error {
	err = b.Diagnose(ctx, err) // while the machine is as it was
	cleanupErr := b.Close(ctx)
	if b.Workspace != nil {
		err = tool.ExplainMissing(ctx, b.Workspace.Repo, err)
	}
	return b.Closed(err, cleanupErr)
}

// Close ends the tool, gives the trees back and removes everything of the run from the engine.
func (b *Testbed) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if b.Tool != nil && b.Tool.Tool != nil {
		err = b.Tool.Close(ctx)
	}
	if b.Base != nil {
		b.Base.TakeBack()
		err = errors.Join(err, b.Base.Close())
	}
	return errors.Join(err, b.Branch.Close(), b.Session.Close(ctx))
}
