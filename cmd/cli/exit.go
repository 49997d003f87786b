package cli

import (
	"context"
	"errors"

	"devenv/devenv/report"
)

// The exit statuses from the design's section 9.
const (
	exitDone        = 0
	exitWork        = 1
	exitUsage       = 2
	exitFaulty      = 3
	exitInterrupted = 130
)

// errInterrupted is the error for an interrupt, whatever was interrupted.
var errInterrupted = report.Fail(report.KindWork, "", "%w", interrupted{})

// interrupted is context.Canceled in plain words.
type interrupted struct{}

func (interrupted) Error() string { return "interrupted" }
func (interrupted) Unwrap() error { return context.Canceled }

// shownError returns the error to show: an interrupt, whatever it interrupted, is errInterrupted.
func shownError(ctx context.Context, err error) error {
	if err != nil && (ctx.Err() != nil || errors.Is(err, context.Canceled)) {
		return errInterrupted
	}
	return err
}

// delivered reports whether a run has changed the user's files: after that, an interrupt comes too late to be how it
// ends.
func delivered(o outcome) bool {
	m, ok := o.(migration)
	return ok && len(m.Document.Files) > 0
}

// exitStatus is the one table that maps a command's result to the process's exit status.
func exitStatus(err error, o outcome) int {
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case err == nil && o != nil && o.faulty():
		return exitFaulty
	case err == nil:
		return exitDone
	}
	switch report.KindOf(err) {
	case report.KindUsage:
		return exitUsage
	case report.KindFaulty:
		return exitFaulty
	default:
		return exitWork
	}
}
