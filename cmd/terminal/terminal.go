// Package terminal is devenv's user interface on a terminal. It shows a run's progress on standard error, live if the
// terminal can redraw and as plain lines otherwise, and asks the user questions. It never writes to standard output.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"devenv/devenv/report"
)

// Options are where and how to show progress.
type Options struct {
	// Err receives the progress; nil drops it.
	Err io.Writer
	// Width returns the terminal's columns and is called for every frame; nil or 0 means unknown, and no line is
	// broken.
	Width func() int
	// Color adds ANSI colours.
	Color bool
	// Live redraws running steps in place. It needs a Width.
	Live bool
	// Verbose shows every line that programs print, and full details.
	Verbose bool
	// Place is where the person stands: files are named from there.
	Place report.Place
}

// Terminal shows a run's events: each finished step as one line, the running ones below. It is a report.Listener, safe
// for concurrent use. The cursor stays visible and no terminal mode changes, so that a killed process leaves nothing to
// repair.
type Terminal struct {
	o       Options
	now     func() time.Time
	stop    chan struct{}
	stopped sync.WaitGroup

	mu      sync.Mutex
	running []*step // in the order they started
	drawn   []int   // widths of the live lines on the screen
	frame   int
	paused  int
	since   time.Time // of the pause
	closed  bool
	err     error // the first failed write; nothing is written after it
}

// interval is the time between two frames: short enough for a spinner, long enough for a remote shell.
const interval = 100 * time.Millisecond

// New returns a terminal that redraws by itself until the caller closes it.
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

// newStill returns a terminal that draws only on events and on tick.
func newStill(o Options, now func() time.Time) *Terminal {
	if o.Width == nil {
		o.Width = func() int { return 0 }
		o.Live = false
	}
	return &Terminal{o: o, now: now, stop: make(chan struct{})}
}

// Emit shows an event.
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
	case report.StepWaiting:
		t.waiting(e)
	case report.StepEnded:
		t.end(e)
	case report.Noted:
		t.print(t.noteLines(e.Text))
	case report.Proposed:
		t.proposed(e)
	case report.Checked:
		t.checked(e.Check)
	case report.Judged:
		t.judged(e)
	}
}

// Close erases the live lines and stops redrawing; finished steps stay. It returns the first write error. Later events
// are dropped. It may be called twice.
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

// Pause erases the live lines until the matching Resume, so that something else can use the screen. Steps that finish
// meanwhile are still printed. The time does not count as the running steps'.
func (t *Terminal) Pause() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.paused++; t.paused == 1 {
		t.since = t.now()
	}
	if !t.closed {
		t.write(t.erase())
	}
}

// Resume shows the live lines again.
func (t *Terminal) Resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.paused == 0 {
		return
	}
	if t.paused--; t.paused == 0 {
		now := t.now()
		for _, s := range t.running {
			waited := min(now.Sub(t.since), now.Sub(s.began)) // it may have begun during the pause
			s.began = s.began.Add(waited)
		}
	}
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

// waiting shows what a step waits for: beside its name if the line is redrawn, otherwise in a line of its own.
func (t *Terminal) waiting(e report.StepWaiting) {
	name, text := report.PrintableLine(e.Name), report.PrintableLine(e.Text)
	s := t.find(name)
	switch {
	case t.paused > 0: // it is a person who is being waited for
	case t.o.Live && s != nil:
		s.remember(text)
		t.redraw()
	case s != nil:
		t.print(t.hang(t.lead(sign{"…", cyan}, t.now().Sub(s.began))+text, leadWidth))
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

// print writes permanent lines above the live ones, in one write.
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
