// Package terminal is the terminal side of devenv: it shows a run's progress on standard error, live where the
// terminal can redraw and as plain lines elsewhere, and asks the user questions. It never writes to standard output.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"devenv/devenv/report"
)

// Options say where progress goes and how.
type Options struct {
	// Err takes the progress; nil drops it.
	Err io.Writer
	// Width returns the terminal's columns, asked again for every frame; nil or 0 means unknown: nothing is cut.
	Width func() int
	// Color adds ANSI colours.
	Color bool
	// Live redraws running steps in place. It needs a Width.
	Live bool
	// Verbose shows every line that programs print, and whole details.
	Verbose bool
}

// Terminal shows a run's events: each step as one line once it has ended, the running ones below. It is a
// report.Listener, safe for concurrent use. The cursor stays visible and no mode of the terminal is changed, so a
// process that is killed leaves nothing to repair.
type Terminal struct {
	o       Options
	now     func() time.Time
	stop    chan struct{}
	stopped sync.WaitGroup

	mu      sync.Mutex
	running []*step // in the order of their start
	drawn   []int   // widths of the live lines on the screen
	frame   int
	paused  int
	closed  bool
	err     error // the first failed write; nothing is written after it
}

// interval is the time between two frames: fast enough for a spinner, slow enough for a remote shell.
const interval = 100 * time.Millisecond

// New returns a terminal that redraws by itself until Close, which the caller owes it.
func New(o Options) *Terminal {
	t := newStill(o, time.Now)
	if o.Err == nil {
		return t
	}
	t.stopped.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				t.tick()
			case <-t.stop:
				return
			}
		}
	})
	return t
}

// newStill returns a terminal that draws on events and on tick only.
func newStill(o Options, now func() time.Time) *Terminal {
	if o.Width == nil {
		o.Width = func() int { return 0 }
		o.Live = false
	}
	return &Terminal{o: o, now: now, stop: make(chan struct{})}
}

// Emit shows an event. Checks' answers are left to the report at the end.
func (t *Terminal) Emit(e report.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.o.Err == nil {
		return
	}
	switch e := e.(type) {
	case report.StepStarted:
		t.begin(e)
	case report.StepOutput:
		t.output(e)
	case report.StepEnded:
		t.end(e)
	case report.Noted:
		t.print(t.noteLines(e.Text))
	case report.Checked:
	}
}

// Close takes the live lines off the screen and stops redrawing; what ended stays. It returns the first error of
// a write. Events after it are dropped. Closing twice is no error.
func (t *Terminal) Close() error {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		close(t.stop)
		t.write(t.erase())
	}
	t.mu.Unlock()
	t.stopped.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Pause takes the live lines off the screen until the matching Resume, so that something else can use it.
// What ends meanwhile is still printed.
func (t *Terminal) Pause() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paused++
	if !t.closed {
		t.write(t.erase())
	}
}

// Resume brings the live lines back.
func (t *Terminal) Resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paused = max(t.paused-1, 0)
	t.redraw()
}

func (t *Terminal) begin(e report.StepStarted) {
	at := e.At
	if at.IsZero() {
		at = t.now()
	}
	t.running = append(t.running, &step{name: report.PrintableLine(e.Name), began: at})
	t.redraw()
}

func (t *Terminal) output(e report.StepOutput) {
	name, line := report.PrintableLine(e.Name), report.PrintableLine(e.Line)
	if s := t.find(name); s != nil {
		s.remember(line)
	}
	if t.o.Verbose && line != "" {
		t.print(t.outputLines([]string{line}))
	}
}

func (t *Terminal) end(e report.StepEnded) {
	name := report.PrintableLine(e.Name)
	s := t.find(name)
	if s == nil {
		s = &step{name: name}
	}
	t.forget(s)
	if e.Status == report.StepSkipped && e.Detail == "" {
		t.redraw()
		return
	}
	t.print(t.endedLines(s, e))
}

func (t *Terminal) find(name string) *step {
	for _, s := range t.running {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (t *Terminal) forget(gone *step) {
	for i, s := range t.running {
		if s == gone {
			t.running = append(t.running[:i], t.running[i+1:]...)
			return
		}
	}
}

// print writes lines that stay, above the live ones, in one write.
func (t *Terminal) print(lines []string) {
	var b strings.Builder
	b.WriteString(t.erase())
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	b.WriteString(t.draw())
	t.write(b.String())
}

func (t *Terminal) write(s string) {
	if s == "" || t.err != nil || t.o.Err == nil {
		return
	}
	if _, err := io.WriteString(t.o.Err, s); err != nil {
		t.err = fmt.Errorf("show progress: %w", err)
	}
}
