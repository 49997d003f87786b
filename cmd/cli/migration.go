package cli

import (
	"io"
	"slices"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/checks"
	"devenv/devenv/report"
)

// migration is the outcome of the two migration commands.
type migration struct {
	devenv.Result
	// dryRun writes only the file to standard output.
	dryRun bool
	// strict treats warnings as failures.
	strict bool
	// watched is set if it is a watch that says what comes next.
	watched bool
}

// migrationOf returns a run's outcome, which is complete even if the run failed.
func migrationOf(r *devenv.Result, dryRun, strict bool) migration {
	return migration{Result: *r, dryRun: dryRun, strict: strict}
}

// concluded returns what shows a run's result, as an outcome, as soon as it stands, while devenv cleans up; nil where the
// result is one document, which is complete at the end.
func (a *app) concluded(of func(*devenv.Result) migration) devenv.Concluded {
	if a.global.format != formatText {
		return nil
	}
	return func(r *devenv.Result) {
		a.progress.Pause()
		defer a.progress.Resume()
		a.outcome = of(r)
		a.writeNow(a.global.format, nil)
	}
}

func (m migration) json(w io.Writer, err error) error {
	d := *m.Document
	d.Error = unjudged(err)
	return report.WriteJSON(w, &d)
}

// unjudged returns the error for a migration's document: that the migration is faulty is a verdict, not an error.
func unjudged(err error) *report.ErrorField {
	if report.KindOf(err) == report.KindFaulty {
		return nil
	}
	return errorField(err)
}

func (m migration) text(p printer, err error) error {
	if !m.worthShowing(err) {
		return nil
	}
	p.options.File, p.beside.File = m.File, m.File
	p.options.Watched = m.watched
	if !m.dryRun {
		return report.WriteText(p.out, m.Document, p.options)
	}
	p.beside.File = nil
	if err := report.WriteText(p.err, m.Document, p.beside); err != nil {
		return err
	}
	_, err = p.out.Write(m.File)
	return err
}

func (m migration) markdown(w io.Writer, err error) error {
	d := *m.Document
	d.Error = unjudged(err)
	return report.WriteMarkdown(w, &d, m.File)
}

// worthShowing reports whether there is more to show than the error.
func (m migration) worthShowing(err error) bool {
	answered := slices.ContainsFunc(m.Document.Checks, func(c report.Check) bool { return c.Status != report.StatusSkip })
	return err == nil || report.KindOf(err) == report.KindFaulty || len(m.Document.Files) > 0 || answered
}

func (m migration) faulty() bool {
	return m.Document.Verdict == report.VerdictFail || m.strict && m.Document.Verdict == report.VerdictWarn
}

// addParallelRuns declares the flag of commands that wait for other runs. Compose's --parallel limits something else.
func addParallelRuns(c *cobra.Command, most *int) {
	c.Flags().IntVar(most, "parallel-runs", 0,
		"`number` of your runs at once; -1 for any (default: half the engine's processors)")
}

// addTimings declares the flag that asks for what a run's time goes into.
func addTimings(c *cobra.Command, asked *bool) {
	c.Flags().BoolVar(asked, "timings", false, "show what ran beside what, what used the processors, and what was short")
}

// selection are the flags that select checks.
type selection struct {
	only, skip []string
	strict     bool
}

// add declares the flags.
func (s *selection) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&s.only, "only", nil, "run only this `check`, an id or prefix.*; may be repeated")
	c.Flags().StringArrayVar(&s.skip, "skip", nil, "leave out this `check`, an id or prefix.*; may be repeated")
	c.Flags().BoolVar(&s.strict, "strict", false, "exit 3 on warnings too")
	complete(c, "only", checks.IDs())
	complete(c, "skip", checks.IDs())
}
