package report

import (
	"cmp"
	"errors"
	"fmt"
)

// Kind sorts failures by whose turn it is next; the command line's one table maps it to an exit status.
type Kind int

// The kinds of failure.
const (
	// KindWork: devenv could not do its work (engine, image, base, merge conflict, service, disk). Exit 1.
	KindWork Kind = iota
	// KindUsage: flags, message, configuration, or something ambiguous. Exit 2.
	KindUsage
	// KindFaulty: the migration itself is faulty. Exit 3.
	KindFaulty
)

// Failure is an error a user meets: what was tried, on what, why it failed; and, as data, what to do next.
type Failure struct {
	Kind Kind
	// Hint says what to do next, with the command or line to paste. It may be empty or hold several lines.
	Hint string
	// Known says that the hint names the cause for certain: it goes before the hints of those who wrap it.
	Known bool
	// Output is the end of what a program printed, shown under the message. Secrets are already taken out.
	Output []string
	Err    error
}

// Fail returns a failure; format and args are fmt.Errorf's, so %w wraps.
func Fail(kind Kind, hint, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Hint: hint, Err: fmt.Errorf(format, args...)}
}

// WithOutput returns the failure with the last lines a program printed.
func (f *Failure) WithOutput(lines []string) *Failure {
	f.Output = lines
	return f
}

// Error returns the message without the hint and the output.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the wrapped error.
func (f *Failure) Unwrap() error { return f.Err }

// KindOf returns the kind of the outermost failure in err's chain, KindWork when there is none.
func KindOf(err error) Kind {
	var f *Failure
	if errors.As(err, &f) {
		return f.Kind
	}
	return KindWork
}

// HintOf returns the first hint of a known cause in err's chain, else the first that is not empty.
func HintOf(err error) string {
	var f *Failure
	first := ""
	for errors.As(err, &f) {
		if f.Known {
			return f.Hint
		}
		first, err = cmp.Or(first, f.Hint), f.Err
	}
	return first
}

// OutputOf returns the first output that is not empty in err's chain.
func OutputOf(err error) []string {
	var f *Failure
	for errors.As(err, &f) {
		if len(f.Output) > 0 {
			return f.Output
		}
		err = f.Err
	}
	return nil
}
