package devenv

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/generate"
	"devenv/devenv/gitrepo"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// run is one run of a migration command: what its steps pass to each other.
type run struct {
	*testbed.Testbed
	document  *report.Document
	watch     *stopwatch // nil unless somebody asked for timings
	concluded Concluded  // nil if nobody wants the result before the end
	seeded    *testbed.Seeded
	migration *generate.Migration
	changed   []gitrepo.FileChange // what a dry run would have changed
}

// newRun returns a new run of a command; nothing happens yet.
func newRun(b *testbed.Testbed) *run {
	return &run{Testbed: b, document: report.NewDocument(b.Command)}
}

// finish completes the document with the run's error, and removes what the run made. Without an error, the result
// stands before that. An interrupt remains one.
func (r *run) finish(ctx context.Context, err error) (*Result, error) {
	if r.seeded != nil && r.Has(r.seeded.Server) {
		err = tool.ExplainLost(ctx, r.seeded.Server, err)
	}
	if err == nil {
		err = unproved(r.document.Checks)
	}
	if r.migration != nil {
		r.Edited = slices.Collect(maps.Keys(r.migration.Edits))
	}
	if err == nil && r.concluded != nil && r.watch == nil { // the timings are known at the end
		r.concluded(r.result(nil))
		r.Emit(report.StepStarted{Name: cleanUp, At: time.Now()})
		defer r.Emit(report.StepEnded{Name: cleanUp, Status: report.StepSkipped})
	}
	err = r.Finish(ctx, err)
	r.document.Timings = r.watch.read(context.WithoutCancel(ctx), r.Testbed)
	return r.result(err), err
}

// cleanUp is what a run is doing once its result is known.
const cleanUp = "clean up"

// result returns the result as it is now.
func (r *run) result(err error) *Result {
	result := &Result{Document: r.closed(err), changes: r.changed}
	if r.migration != nil && r.migration.File != nil {
		result.File = []byte(r.Redactor.Text(string(r.migration.File.Content)))
	}
	return result
}

// closed returns the document with what every one has: steps, checks (skipped if none ran), verdict, error; and without
// secrets.
func (r *run) closed(err error) *report.Document {
	document, about := *r.document, r.About()
	d := &document
	d.Base, d.Branch = about.Base, about.Branch
	if about.Noise != nil {
		d.Noise = about.Noise
	}
	if r.migration != nil {
		d.Revisions = r.migration.IDs()
	}
	d.Notes = slices.Concat(d.Notes, r.Notes())
	d.Steps, d.MS = r.Steps(), r.Spent().Milliseconds()
	if len(d.Checks) == 0 {
		d.Checks = r.notRun(err)
	}
	d.Verdict = report.Worst(d.Checks)
	if d.Verdict == report.VerdictPass && len(d.Revisions) == 0 {
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
	document = redact.Copy(r.Redactor, document)
	return d
}

// notRun returns the checks of a run in which none ran. Where the machine was the reason, they are unanswered.
func (r *run) notRun(err error) []report.Check {
	if report.IsMachine(err) {
		return checks.Lost(checks.UnansweredBy(err), r.Request.Selection)
	}
	return checks.Skipped(r.whyNotRun(err))
}

// whyNotRun returns why no check ran.
func (r *run) whyNotRun(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "the run was interrupted"
	case err != nil:
		return "an earlier failure"
	case r.Request.Unverified && !r.migration.Empty():
		return "--no-verify"
	}
	return r.migration.Nothing(r.Testbed)
}
