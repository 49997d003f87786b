package devenv

import (
	"context"

	"devenv/devenv/doctor"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// CleanOptions are the options of clean.
type CleanOptions = doctor.CleanOptions

// CleanItem is something that clean removed, or would remove.
type CleanItem = doctor.CleanItem

// DefaultCleanDays is how many days clean keeps what nothing uses.
const DefaultCleanDays = doctor.DefaultCleanDays

// Clean removes what devenv made and no longer needs. The list has what was removed, even if something could not be.
func Clean(ctx context.Context, o CleanOptions) (*report.Items, error) {
	removed, err := doctor.Clean(ctx, o)
	return listed(session.New("clean", o.Options), removed), err
}
