// Package cli is devenv's command line: flags and arguments, one file per command, the three formats of a result, and
// the table that maps errors to exit statuses (exit.go). Package devenv does the work.
package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

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
	var failed error
	if a.outcome != nil {
		if writeErr := a.write(format, err); writeErr != nil {
			failed = report.Fail(report.KindWork, "", "write the result to standard output: %w", writeErr)
		}
	}
	if err == nil {
		err = failed
	}
	if err != nil {
		// If standard error cannot be written either, there is nowhere left to report that.
		_ = report.WriteFailure(a.streams.Err, err, a.textOptions(a.streams.Err))
	}
	return failed
}
