package report

import "time"

// Event is something that happened during a run. It is one of StepStarted, StepOutput, StepEnded, Checked and Noted.
type Event interface{ event() }

// Listener hears the events of a run. Emit may be called from several goroutines at once and must not block for long.
type Listener interface{ Emit(Event) }

// StepStarted says that a step began. Steps may overlap; Name is unique within a run.
type StepStarted struct {
	Name string
	At   time.Time
}

// StepOutput is one line of a program that runs in a step; terminals fold it away unless the step fails.
type StepOutput struct {
	Name string
	Line string
}

// StepEnded says how a step ended and what it did ("base image known", "42 files"). Found are
// its decisions, which terminals show on demand. Err is set when Status is StepFailed.
type StepEnded struct {
	Name   string
	Status StepStatus
	Detail string
	Found  []Finding
	Took   time.Duration
	Err    error
}

// Checked says that a check has answered.
type Checked struct{ Check Check }

// Noted is a remark for people that is no error: a bind that was dropped, an image that is a stand-in.
type Noted struct{ Text string }

func (StepStarted) event() {}
func (StepOutput) event()  {}
func (StepEnded) event()   {}
func (Checked) event()     {}
func (Noted) event()       {}

// Silent is the listener that hears nothing.
type Silent struct{}

// Emit drops the event.
func (Silent) Emit(Event) {}

var _ Listener = Silent{}
