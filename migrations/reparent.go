package migrations

import "errors"

// ErrNoParent is returned for a file without a plain down_revision assignment.
var ErrNoParent = errors.New("no down_revision assignment found")

// Reparent returns the source of a revision file with another parent: only the down_revision assignment and the
// docstring's "Revises:" line change.
func Reparent(source []byte, newDown string) ([]byte, error) {
	return nil, ErrNoParent
}
