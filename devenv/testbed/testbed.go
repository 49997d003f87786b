// Package testbed prepares what a migration is made and tried on: it finds what to work on, provides the base's
// database and the branch's tree, starts the migration tool, and clones databases. It knows nothing about the migration
// itself; the packages above it (generate, trials) do.
package testbed

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/base"
	"devenv/devenv/branch"
	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/queue"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/session"
	"devenv/devenv/tool"
)

// Request is what a command asks for.
type Request struct {
	// Base is the base branch; empty means the configured one, or else the repository's default.
	Base string
	// Existing takes the branch's revisions as they are; otherwise Mode says what happens to them.
	Existing bool
	Mode     branch.Mode
	// ParallelRuns is how many runs may work on the engine at the same time; 0 leaves it to the environment or the
	// engine's processors, and a negative number means any number.
	ParallelRuns int
	// Timings asks what the run's time goes into.
	Timings bool
	// FromStart is set for a base that must be made from the start, whatever the configuration says.
	FromStart bool
	// Standby is what the last run has left ready, and this one leaves for the next; nil for a run on its own.
	Standby *Standby
	// Unverified leaves out what only trials need; Selection holds the checks to run.
	Unverified bool
	Selection  checks.Selection
	// Services finds the project in the Compose model and the working tree; nil is discover.Services.
	Services func(*types.Project, discover.Files, *config.Config) (*discover.Project, error)
}

// Testbed is what a migration is made and tried on. The steps fill its fields in this order: Find, UseBase and
// TakeBranch, StartTool.
type Testbed struct {
	*session.Session
	Request Request

	// Find sets Project, BaseRef, EnvFiles, Work and Mode.
	Project  *discover.Project
	BaseRef  gitrepo.Base
	EnvFiles []string
	Work     *branch.Work
	Mode     branch.Mode

	// Base is the base's database and tree; Branch is the branch's tree, merged with the base.
	Base   *base.Base
	Branch *scratch.Checkout
	Tool   *tool.Tool
	// Baseline is the branch's revision that makes what the base's databases have already, if the base has no revision.
	Baseline string

	Empties *Empties

	// Edited are the files that the run has written into the tool's container, by path there.
	Edited []string

	about  About
	turn   *queue.Turn
	failed bool
	// change is what the branch changes of what the database starts from.
	change checks.DatabaseChange
	disposal
	// Opened is closed once the base's tree is checked out, Based once its database is known or made, and Branched once
	// the branch's tree is prepared.
	Opened, Based, Branched chan struct{}
	// Copied is closed once this run has created the base's database, which then becomes an image.
	Copied chan struct{}
	// Cloned is closed once the migration's own clone has started.
	Cloned chan struct{}
}

// About is what the document says about a testbed.
type About struct {
	Base   report.Base
	Branch report.Branch
	// Noise is how models and migrations differed before the branch.
	Noise []report.Noise
}

// New returns an empty testbed.
func New(s *session.Session, r Request) *Testbed {
	if r.Services == nil {
		r.Services = discover.Services
		s.NeedsTool = true // one that discover knows
	}
	if r.Standby != nil {
		s.Series = &r.Standby.Series
	}
	b := &Testbed{Session: s, Request: r}
	for _, reached := range []*chan struct{}{&b.Opened, &b.Based, &b.Branched, &b.Copied, &b.Cloned} {
		*reached = make(chan struct{})
	}
	b.Empties = &Empties{bed: b}
	return b
}

// About returns what the document says about the testbed, as far as it is known.
func (b *Testbed) About() About { return b.about }

// BaseName returns the display name of the base branch.
func (b *Testbed) BaseName() string { return branch.BaseName(b.BaseRef.Ref, b.Work.Head.Ref) }

// Wants reports whether a selected check needs a trial.
func (b *Testbed) Wants(t checks.Trial) bool {
	return !b.Request.Unverified && b.Request.Selection.Wants(t)
}

func (b *Testbed) wantsAny(trials ...checks.Trial) bool { return slices.ContainsFunc(trials, b.Wants) }

// StartsBackend reports whether a selected trial starts a backend, and there is one.
func (b *Testbed) StartsBackend(t checks.Trial) bool { return b.Project.Backend != "" && b.Wants(t) }

// Finish diagnoses a command's error, closes the testbed and removes secrets from the error. An interrupt remains one.
func (b *Testbed) Finish(ctx context.Context, err error) error {
	err = b.Diagnose(ctx, err) // before the machine's state changes
	b.failed = err != nil
	cleanupErr := b.Close(ctx)
	if b.Workspace != nil {
		var migrations discover.MigrationTool
		if b.Project != nil {
			migrations = b.Project.Migrations
		}
		err = tool.ExplainMissing(ctx, b.Workspace.Repo, migrations, err)
	}
	if ctx.Err() == nil && !report.IsMachine(err) {
		b.completeBase()
	}
	return b.Closed(err, cleanupErr)
}

// Close stops the tool, releases the trees and removes everything of the run from the engine. What takes long happens
// at the same time.
func (b *Testbed) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	b.Empties.Close()
	left := b.leave(ctx)
	b.disposeAllBut(ctx, nil)
	var toolErr, baseErr, branchErr error
	var group sync.WaitGroup
	if b.Tool != nil && b.Tool.Tool != nil && !left {
		group.Go(func() {
			b.Workspace.Engine.ReadUsage(ctx, b.Tool.Container) // it ends when the tool is closed
			toolErr = errors.Join(b.Tool.Close(ctx), b.Workspace.Engine.Remove(ctx, b.Tool.Container))
		})
	}
	if b.Base != nil {
		group.Go(func() { baseErr = b.Base.Close() })
	}
	group.Go(func() { branchErr = b.Branch.Close() })
	removeErr := b.disposed()
	group.Wait()
	err := errors.Join(toolErr, baseErr, branchErr, removeErr, b.Session.Close(ctx))
	return errors.Join(err, b.turn.Leave()) // others start once all of this run is gone
}
