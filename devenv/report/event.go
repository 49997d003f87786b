package report

import "time"

// Event is something that happened during a run. It is one of StepStarted, StepOutput, StepWaiting, StepEnded,
// Checked and Noted.
type Event interface{ event() }

// Listener receives the events of a run. Emit may be called concurrently and must not block for long.
type Listener interface{ Emit(Event) }

// StepStarted means that a step began. Steps may overlap; Name is unique within a run.
type StepStarted struct {
	Name string
	At   time.Time
}

// StepOutput is one line of output of a program in a step; terminals fold it away unless the step fails.
type StepOutput struct {
	Name string
	Line string
}

// StepWaiting tells what a step is waiting for, in a sentence, when that takes long.
type StepWaiting struct {
	Name string
	Text string
}

// StepEnded tells how a step ended and what it did ("base image known", "42 files"). Found are its decisions, which
// terminals show on demand. Err is set if Status is StepFailed.
type StepEnded struct {
	Name   string
	Status StepStatus
	Detail string
	Found  []Finding
	Took   time.Duration
	Err    error
}

// Checked means that a check has finished.
type Checked struct{ Check Check }

// Noted is a remark for people that is not an error: a dropped bind, an image that is a stand-in.
type Noted struct{ Text string }

func (StepStarted) event() {}
func (StepOutput) event()  {}
func (StepWaiting) event() {}
func (StepEnded) event()   {}
func (Checked) event()     {}
func (Noted) event()       {}

// Silent is a listener that ignores all events.
type Silent struct{}

// Emit ignores the event.
func (Silent) Emit(Event) {}

var _ Listener = Silent{}
