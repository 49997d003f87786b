package report

import (
	"cmp"
	"errors"
	"fmt"
)

// Kind classifies failures by who has to act; a single table of the command line maps it to an exit status.
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

// Failure is an error that users see: what was tried, on what, why it failed; and, as data, what to do next.
type Failure struct {
	Kind Kind
	// Hint tells what to do next, with the command or line to paste. It may be empty or have several lines.
	Hint string
	// Known means that the hint certainly names the cause: it takes precedence over the hints of failures that wrap it.
	Known bool
	// Machine means that the machine, or somebody on it, kept devenv from its work. The project is not at fault, and
	// what was to be found out stays unknown.
	Machine bool
	// Output is the end of a program's output, shown below the message, without secrets.
	Output []string
	Err    error
}

// Fail returns a failure; format and args are fmt.Errorf's, so %w wraps.
func Fail(kind Kind, hint, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Hint: hint, Err: fmt.Errorf(format, args...)}
}

// FailMachine returns the failure of work that the machine, or somebody on it, has ended; hint says what to do.
func FailMachine(hint, format string, args ...any) *Failure {
	f := Fail(KindWork, hint, format, args...)
	f.Known, f.Machine = true, true
	return f
}

// WithOutput sets the last lines that a program printed, and returns the failure.
func (f *Failure) WithOutput(lines []string) *Failure {
	f.Output = lines
	return f
}

// Error returns the message without the hint and the output.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the wrapped error.
func (f *Failure) Unwrap() error { return f.Err }

// KindOf returns the kind of the outermost failure in err's chain, KindWork if there is none.
func KindOf(err error) Kind {
	var f *Failure
	if errors.As(err, &f) {
		return f.Kind
	}
	return KindWork
}

// HintOf returns the first hint of a known cause in err's chain, else the first non-empty one.
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

// IsMachine reports whether a failure in err's chain is the machine's.
func IsMachine(err error) bool {
	var f *Failure
	for errors.As(err, &f) {
		if f.Machine {
			return true
		}
		err = f.Err
	}
	return false
}

// OutputOf returns the first non-empty output in err's chain.
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
