package report

import (
	"time"
)

// Event is something that happened during a run. It is one of StepStarted, StepOutput, StepWaiting, StepEnded,
// Proposed, Checked, Judged and Noted.
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

// Checked means that a check has been answered.
type Checked struct{ Check Check }

// Proposed shows the operations of a new revision, each in a line, before anything has been tried.
type Proposed struct{ Operations []string }

// Judged means that the verdict on the migration with the base's data stands: Checks are all that belong to it, and At
// is the time since the run began. The others may still be asked.
type Judged struct {
	Checks []Check
	At     time.Duration
}

// Noted is a remark for people that is not an error: a dropped bind, an image that is a stand-in.
type Noted struct{ Text string }

// String returns the verdict in words.
func (j Judged) String() string {
	n := countChecks(j.Checks)
	n.missed += len(Unanswered(j.Checks))
	return "the upgrade and the data: " + n.String()
}

func (StepStarted) event() {}
func (StepOutput) event()  {}
func (StepWaiting) event() {}
func (StepEnded) event()   {}
func (Checked) event()     {}
func (Proposed) event()    {}
func (Judged) event()      {}
func (Noted) event()       {}

// Silent is a listener that ignores all events.
type Silent struct{}

// Emit ignores the event.
func (Silent) Emit(Event) {}

var _ Listener = Silent{}
