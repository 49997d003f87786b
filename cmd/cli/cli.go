// Package cli is devenv's command line: flags and arguments, one file per command, the three formats of a result, and
// the table that maps errors to exit statuses (exit.go). Package devenv does the work.
package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"devenv/cmd/terminal"
	"devenv/devenv/report"
)

// Streams are what a command reads and writes. Progress, questions and errors go to Err, only results to Out.
type Streams struct {
	In, Out, Err *os.File
	// Env looks up an environment variable; it returns "" if that is unset.
	Env func(name string) string
}

// Process returns the streams of this process.
func Process() Streams { return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv} }

// Run runs the command line args (without the program's name) and returns the exit status, as in the design's section
// 9. All output has been written by then, including errors. If ctx is cancelled, it cleans up first.
func Run(ctx context.Context, s Streams, args []string) int {
	a := &app{streams: s, args: args}
	command, err := a.root().ExecuteContextC(ctx)
	return a.end(ctx, command, err)
}

// app is one invocation of the command line.
type app struct {
	streams Streams
	args    []string
	global  globals
	// outcome is the command's result; nil if it did not run, or writes its own output (help, completion).
	outcome outcome
	// progress shows a command's progress while it runs.
	progress *terminal.Terminal
	// written is set once the outcome has been written, and failed is why that failed.
	written bool
	failed  error
}

// end writes the result and returns the exit status.
func (a *app) end(ctx context.Context, command *cobra.Command, err error) int {
	var failure *report.Failure
	if err != nil && a.outcome == nil && !errors.As(err, &failure) {
		err = usage(command, "%w", err) // cobra only rejects wrong usage
	}
	if !delivered(a.outcome) {
		err = shownError(ctx, err)
	}
	format := a.global.format
	if err != nil && a.outcome == nil {
		a.outcome, format = blank(command), wantedFormat(a.args)
	}
	if writeErr := a.writeOutcome(format, err); err == nil {
		err = writeErr
	}
	return exitStatus(err, a.outcome)
}

// writeOutcome writes the outcome, if there is one, and the error. It fails if the outcome could not be written.
func (a *app) writeOutcome(format format, err error) error {
	if a.outcome != nil && !a.written {
		a.writeNow(format, err)
	}
	if err == nil {
		err = a.failed
	}
	if err != nil {
		// If standard error cannot be written either, there is nowhere left to report that.
		_ = report.WriteFailure(a.streams.Err, err, a.textOptions(a.streams.Err))
	}
	return a.failed
}

// writeNow writes the outcome, and keeps why it could not be written.
func (a *app) writeNow(format format, err error) {
	a.written, a.failed = true, nil
	if err := a.write(format, err); err != nil {
		a.failed = report.Fail(report.KindWork, "", "write the result to standard output: %w", err)
	}
}

// next forgets the outcome, which has been shown, for the next run of the same command.
func (a *app) next() { a.outcome, a.written = nil, false }
