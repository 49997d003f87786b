package devenv

import (
	"context"
	"errors"
	"sync"
	"time"

	"devenv/devenv/base"
	"devenv/devenv/branch"
	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/session"
	"devenv/devenv/tool"
	"devenv/migrations/alembic"
)

// run is one run of a migration command: what its steps hand to each other.
type run struct {
	*session.Session
	document *report.Document
	// mu guards the facts' times.
	mu      sync.Mutex
	request NewMigrationOptions
	// asIs says that the branch's revisions are taken as they are: test-migration.
	asIs      bool
	selection checks.Selection

	project  *discover.Project
	baseRef  gitrepo.Base
	envFiles []string

	work *branch.Work
	mode Mode
	base *base.Base
	// copied is closed when this run has made the base's database, which is to become an image.
	copied chan struct{}
	// branch is the branch's tree, merged with the base.
	branch *scratch.Checkout
	tool   *tool.Tool
	// seeded is the clone of the base's data in which the migration is made and tried; before is what it held.
	seeded *database.Server
	// keepsClone says that an image is made of it: reset.
	keepsClone bool
	before     beforeFacts
	// modelsServer is an empty database for the models' schema, nil where nothing asks for it.
	modelsServer *database.Server
	// after is what it holds once the migration was applied.
	after afterFacts

	// brought says that the branch's own revisions were applied to seeded before the new one was made.
	brought bool
	written alembic.Written
	file    *newFile
	// reparented are the kept revisions whose parent was changed, by path; edits all that was written in the tool's
	// container, by path there; containerPaths where the tool sees the repository's revisions.
	reparented, edits map[string][]byte
	containerPaths    map[string]string
	facts             checks.Facts
	baseline          startBaseline
	stage             stage
}

// newRun prepares a run of a command; nothing happens yet.
func newRun(s *session.Session, selection checks.Selection) *run {
	return &run{
		Session: s, document: report.NewDocument(s.Command), selection: selection,
		copied: make(chan struct{}), reparented: map[string][]byte{}, edits: map[string][]byte{}, containerPaths: map[string]string{},
		facts: checks.Facts{Spent: map[checks.Trial]time.Duration{}},
	}
}

// finish removes what the run made, and closes the document over the run's error. An interrupt stays one.
func (r *run) finish(ctx context.Context, err error) (*Result, error) {
	if r.seeded != nil {
		err = tool.ExplainLost(ctx, r.Workspace.Engine, r.seeded, err)
	}
	err = r.Diagnose(ctx, err) // while the machine is as it was
	cleanErr := r.clean(ctx)
	if r.Workspace != nil {
		err = tool.ExplainMissing(ctx, r.Workspace.Repo, err)
	}
	err = r.Closed(err, cleanErr)
	r.closeDocument(err)
	result := &Result{Document: r.document}
	if r.file != nil {
		result.File = []byte(r.Redactor.Text(string(r.file.content)))
	}
	return result, err
}

// closeDocument fills what every document has: steps, checks (skipped where none was asked), verdict, error; and takes
// secrets out.
func (r *run) closeDocument(err error) {
	d := r.document
	d.Notes = append(d.Notes, r.Notes()...)
	d.Steps, d.MS = r.Steps(), r.Spent().Milliseconds()
	if len(d.Checks) == 0 {
		d.Checks = checks.Skipped(r.whyUnasked(err))
	}
	d.Verdict = report.Worst(d.Checks)
	if d.Verdict == report.VerdictPass && len(r.facts.Revisions) == 0 {
		d.Verdict = report.VerdictNone
	}
	switch {
	case err == nil:
	case report.KindOf(err) == report.KindFaulty:
		d.Verdict = report.VerdictFail
	default:
		d.Verdict = report.VerdictNone
		d.Error = &report.ErrorField{Message: err.Error(), Hint: report.HintOf(err)}
	}
	*d = redact.Said(r.Redactor, *d)
}

// whyUnasked says why no check was asked.
func (r *run) whyUnasked(err error) string {
	switch {
	case err != nil:
		return "an earlier failure"
	case r.request.NoVerify:
		return "--no-verify"
	}
	return r.nothing()
}

// clean ends the driver, gives the trees back and removes everything of the run from the engine.
func (r *run) clean(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if r.tool != nil && r.tool.Driver != nil {
		err = r.tool.Close(ctx)
	}
	if r.base != nil {
		r.base.TakeBack()
		err = errors.Join(err, r.base.Close())
	}
	err = errors.Join(err, r.branch.Close())
	return errors.Join(err, r.Close(ctx))
}

// nothingNew says that new-migration had nothing to write.
func (r *run) nothingNew() bool {
	return !r.asIs && r.file == nil && len(r.facts.Revisions) == 0 && len(r.facts.Models.Differences) == 0
}
