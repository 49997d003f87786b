// Package session is what every command has while it runs: its steps, notes and questions, the secrets to keep out of
// its output, and the workspace it has opened. Packages take a session where they would otherwise need the command's
// options.
package session

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"devenv/devenv/database"
	"devenv/devenv/machine"
	"devenv/devenv/project"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// Options are the options of every command.
type Options struct {
	// Dir is the directory the command was run in; empty means the current directory.
	Dir     string
	Compose project.ComposeOptions
	// Host and Context select the engine as Docker's command line does; empty means its environment and default.
	Host, Context string
	// Listener receives the run's events; nil means nobody does.
	Listener report.Listener
	// Ask asks a person; nil means that nobody is there to answer.
	Ask Asker
	// Continue starts one of this program's commands in the background, with the flags that this one has got, to do what
	// this one need not wait for. nil means that nothing goes on after it, as in CI.
	Continue func(log string, command ...string) error
}

// Choice returns the choice of project and engine.
func (o Options) Choice() project.Choice {
	return project.Choice{Dir: o.Dir, Compose: o.Compose, Host: o.Host, Context: o.Context}
}

// Session is one running command. It is safe for concurrent use.
type Session struct {
	*step.Runner
	// Command is the command's name in the report document.
	Command  string
	Redactor *redact.Redactor
	// Workspace is nil until Open or OpenReadOnly.
	Workspace *project.Workspace
	// Ask asks questions with secrets removed; nil means that nobody is there to answer.
	Ask Asker
	// Choice selects the project; Compose files found later may be added.
	Choice project.Choice
	// NeedsTool is set before Open by commands that cannot work without a supported migration tool, and Series by those
	// whose runs leave something ready for the next.
	NeedsTool bool
	Series    *project.Series
	// Background is set before Open by what works in the background (project.OpenOptions), and Continue is the option.
	Background bool
	Continue   func(log string, command ...string) error

	mu    sync.Mutex
	notes []string
}

// New returns a session for a command; nothing happens yet.
func New(command string, o Options) *Session {
	if o.Listener == nil {
		o.Listener = report.Silent{}
	}
	redactor := redact.New()
	s := &Session{
		Runner: step.NewRunner(redactor.Listener(o.Listener)), Command: command, Redactor: redactor, Choice: o.Choice(),
		Continue: o.Continue,
	}
	if o.Ask != nil {
		s.Ask = asker{to: o.Ask, session: s}
	}
	return s
}

// Open opens the workspace for a command that may change something. complete finishes what a killed command has begun.
func (s *Session) Open(ctx context.Context, complete func(context.Context, *project.Workspace) error) (err error) {
	s.Workspace, err = project.Open(ctx, project.OpenOptions{
		Choice: s.Choice, Command: s.Command, Redactor: s.Redactor, Note: s.Note, Recover: complete,
		NeedsTool: s.NeedsTool, Series: s.Series, Background: s.Background,
	})
	return err
}

// OpenReadOnly opens the workspace for reading: it locks and recovers nothing. The caller closes its Client.
func (s *Session) OpenReadOnly(ctx context.Context) (err error) {
	s.Workspace, err = project.OpenReadOnly(ctx, project.OpenOptions{
		Choice: s.Choice, Redactor: s.Redactor, Note: s.Note, NeedsTool: s.NeedsTool,
	})
	return err
}

// Note tells the user something that is not an error, and keeps it for the document.
func (s *Session) Note(text string) {
	s.mu.Lock()
	s.notes = append(s.notes, text)
	s.mu.Unlock()
	s.Emit(report.Noted{Text: text})
}

// Notes returns the notes, in order.
func (s *Session) Notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notes)
}

// Secrets returns the values learned so far, which no image may contain.
func (s *Session) Secrets() database.Secrets { return database.NewSecrets(s.Redactor.Values()) }

// Diagnose adds a fault of the machine to a failure if it may be the reason: a full disk, also the cache's, little
// memory, a wrong clock. It must run before the machine's state changes.
func (s *Session) Diagnose(ctx context.Context, err error) error {
	if err == nil || s.Workspace == nil || s.Workspace.Client == nil || report.KindOf(err) != report.KindWork || errors.Is(err,
		context.Canceled) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	details, unseen := s.Workspace.Engine.Details(ctx)
	if unseen != nil {
		return report.FailMachine(cmp.Or(report.HintOf(err), "the engine does not answer: docker info shows why; then run it again"),
			"%w", err).WithOutput(report.OutputOf(err))
	}
	for _, answer := range []machine.Answer{
		machine.Cache(ctx, s.Workspace.Cache), machine.Disk(ctx, s.Workspace.Engine, details), machine.Memory(details),
		machine.Clock(details, time.Now()),
	} {
		if answer.Supply == machine.None {
			hint := strings.TrimPrefix(report.HintOf(err)+"\ndoctor: "+answer.Said+": "+answer.Mend, "\n")
			return report.FailMachine(hint, "%w", err).WithOutput(report.OutputOf(err))
		}
	}
	return err
}

// Close removes what the run created on the engine and releases the workspace.
func (s *Session) Close(ctx context.Context) error {
	if s.Workspace == nil {
		return nil
	}
	return s.Workspace.Close(ctx)
}

// Finish diagnoses a command's error, closes the session, and removes secrets from the error. An interrupt remains one.
func (s *Session) Finish(ctx context.Context, err error) error {
	return s.Closed(s.Diagnose(ctx, err), s.Close(ctx))
}

// Closed returns a command's error without secrets. A failed clean-up is joined to an error; without one it is only a
// note, since what the command found or did is still true.
func (s *Session) Closed(err, cleanup error) error {
	const hint = project.CleanUpHint
	switch {
	case cleanup == nil, errors.Is(err, context.Canceled):
	case err == nil:
		s.Note("could not remove what the run created: " + cleanup.Error() + " (" + hint + ")")
	default:
		err = errors.Join(err, report.Fail(report.KindWork, hint, "remove what the run created: %w", cleanup))
	}
	return s.Redactor.Error(err)
}
