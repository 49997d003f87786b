// Package terminal is the terminal side of devenv: it shows a run's progress and asks questions.
package terminal

import (
	"io"

	"devenv/devenv/report"
)

// Options say where progress goes and how.
type Options struct {
	// Err takes the progress; nil drops it.
	Err io.Writer
	// Width returns the terminal's columns, asked again at every frame; nil or 0 means unknown.
	Width func() int
	// Color adds ANSI colours.
	Color bool
	// Live redraws running steps in place.
	Live bool
	// Verbose shows every line that programs print.
	Verbose bool
}

// Terminal shows a run's events. It is safe for concurrent use.
type Terminal struct{ o Options }

// New returns a terminal; the caller closes it.
func New(o Options) *Terminal { return &Terminal{o: o} }

// Emit shows an event.
func (t *Terminal) Emit(report.Event) {}

// Pause takes the live display off the screen until Resume.
func (t *Terminal) Pause() {}

// Resume brings the live display back.
func (t *Terminal) Resume() {}

// Close ends the display.
func (t *Terminal) Close() error { return nil }
