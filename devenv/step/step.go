package step

import (
	"context"
	"sync"
	"time"

	"devenv/devenv/report"
)

// Step is one named part of a run. A step without a name is a group: it emits no event of its own, and its Do gets no
// Log.
type Step struct {
	Name string
	Do   func(context.Context, *Log) error
}

// Log is how a running step reports what it does. A step that returns no error is done, unless it logs otherwise.
type Log struct {
	name     string
	listener report.Listener
	status   report.StepStatus
	detail   string
	found    []report.Finding
	expected time.Duration // 0 if unknown

	mu    sync.Mutex
	waits wait
	// inner counts the steps that run inside this one. Until silent, the step does not say what it is waiting for.
	inner  int
	silent time.Time
}

// Line passes on a line of a program's output.
func (l *Log) Line(text string) {
	l.listener.Emit(report.StepOutput{Name: l.name, Line: text})
}

// Waiting says at once what the step is waiting for, in a sentence.
func (l *Log) Waiting(text string) { l.listener.Emit(report.StepWaiting{Name: l.name, Text: text}) }

// Note tells people something at once, also when the step has ended.
func (l *Log) Note(text string) { l.listener.Emit(report.Noted{Text: text}) }

// Done sets what the step did.
func (l *Log) Done(detail string) { l.status, l.detail = report.StepDone, detail }

// Faulty sets what the step found wrong with the migration: a result, not an error of the run.
func (l *Log) Faulty(detail string) { l.status, l.detail = report.StepFailed, detail }

// Unanswered sets why the step did not come to an answer: a result too, about the machine.
func (l *Log) Unanswered(reason string) { l.status, l.detail = report.StepFailed, reason }

// Cached marks the step's result as already known.
func (l *Log) Cached(detail string) { l.status, l.detail = report.StepCached, detail }

// Skipped sets why the step had nothing to do.
func (l *Log) Skipped(detail string) { l.status, l.detail = report.StepSkipped, detail }

// Found adds what the step found out about the project.
func (l *Log) Found(findings ...report.Finding) { l.found = append(l.found, findings...) }

// New returns a step with a name.
func New(name string, do func(context.Context, *Log) error) Step { return Step{Name: name, Do: do} }
