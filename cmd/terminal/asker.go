package terminal

import (
	"context"
	"os"
)

// Asker asks the user.
type Asker struct{ in, err *os.File }

// NewAsker returns nil when in or err is no terminal.
func NewAsker(in, err *os.File) *Asker { return &Asker{in, err} }

// Choose returns the index of the option chosen.
func (a *Asker) Choose(ctx context.Context, question string, options []string) (int, error) { return 0, nil }

// Confirm asks yes or no.
func (a *Asker) Confirm(ctx context.Context, question string) (bool, error) { return false, nil }
