// Package session is what every command has while it works: its steps, its remarks and questions, the secrets that it must not
// say, and the workspace that it has opened. Rooms are handed a session where they would otherwise need the command's options.
package session

import (
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

// Options are what every command takes.
type Options struct {
	// Dir is the directory the command was called in; empty means the process's.
	Dir     string
	Compose project.ComposeOptions
	// Host and Context choose the engine as Docker's own command line does; empty means its environment and default.
	Host, Context string
	// Listener hears the run's events; nil means nobody.
	Listener report.Listener
	// Ask puts questions to a person; nil means that nobody is there to answer.
	Ask Asker
}

// Choice returns which project is meant, and on which engine.
func (o Options) Choice() project.Choice {
	return project.Choice{Dir: o.Dir, Compose: o.Compose, Host: o.Host, Context: o.Context}
}

// Session is one command at work. Several goroutines may use one.
type Session struct {
	*step.Runner
	// Command is the command's name, as the document has it.
	Command  string
	Redactor *redact.Redactor
	// Workspace is nil until Open or Look.
	Workspace *project.Workspace
	// Ask puts questions without secrets; nil means that nobody is there to answer.
	Ask Asker
	// Choice is which project is meant; Compose files that are found later may be added.
	Choice project.Choice

	mu    sync.Mutex
	notes []string
}

// New begins a command; nothing happens yet.
func New(command string, o Options) *Session {
	if o.Listener == nil {
		o.Listener = report.Silent{}
	}
	redactor := redact.New()
	s := &Session{
		Runner: step.NewRunner(redactor.Listener(o.Listener)), Command: command, Redactor: redactor, Choice: o.Choice(),
	}
	if o.Ask != nil {
		s.Ask = redactedAsker{to: o.Ask, redactor: redactor}
	}
	return s
}

// Open opens the workspace for a command that may change something. cutOff ends what a command that was killed has begun.
func (s *Session) Open(ctx context.Context, cutOff func(context.Context, *project.Workspace) error) (err error) {
	s.Workspace, err = project.Open(ctx, project.OpenOptions{
		Choice: s.Choice, Command: s.Command, Redactor: s.Redactor, Note: s.Note, Recover: cutOff,
	})
	return err
}

// Look opens the workspace to look at: nothing is locked or recovered. The caller closes its Client.
func (s *Session) Look(ctx context.Context) (err error) {
	s.Workspace, err = project.Look(ctx, project.OpenOptions{Choice: s.Choice, Redactor: s.Redactor, Note: s.Note})
	return err
}

// Note tells people something that is no error, and keeps it for the document.
func (s *Session) Note(text string) {
	s.mu.Lock()
	s.notes = append(s.notes, text)
	s.mu.Unlock()
	s.Emit(report.Noted{Text: text})
}

// Notes returns what was noted, in order.
func (s *Session) Notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notes)
}

// Secrets returns the values learnt so far, which no image may hold.
func (s *Session) Secrets() database.Secrets { return database.NewSecrets(s.Redactor.Values()) }

// Diagnose adds to a failure what is wrong with the machine, where that may be the reason: a full disk, little memory, a clock
// that is wrong. It is asked while the machine is as it was.
func (s *Session) Diagnose(ctx context.Context, err error) error {
	if err == nil || s.Workspace == nil || s.Workspace.Client == nil || report.KindOf(err) != report.KindWork || errors.Is(err, context.Canceled) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	details, unseen := s.Workspace.Engine.Details(ctx)
	if unseen != nil {
		return err
	}
	for _, answer := range []machine.Answer{machine.Disk(ctx, s.Workspace.Engine, details), machine.Memory(details), machine.Clock(details, time.Now())} {
		if answer.Supply == machine.None {
			hint := strings.TrimPrefix(report.HintOf(err)+"\ndoctor: "+answer.Said+": "+answer.Mend, "\n")
			return report.Fail(report.KindWork, hint, "%w", err).WithOutput(report.OutputOf(err))
		}
	}
	return err
}

// Close removes what the run made on the engine and gives the workspace back.
func (s *Session) Close(ctx context.Context) error {
	if s.Workspace == nil {
		return nil
	}
	return s.Workspace.Close(ctx)
}

// Finish diagnoses a command's error, closes the session, and takes secrets out of the error. An interrupt stays one.
func (s *Session) Finish(ctx context.Context, err error) error {
	return s.Closed(s.Diagnose(ctx, err), s.Close(ctx))
}

// Closed returns a command's error without secrets. A clean-up that failed as well joins it; alone it is a remark, since what the
// command found or did is true all the same.
func (s *Session) Closed(err, cleanup error) error {
	const hint = "the next run tries again; or: devenv clean"
	switch {
	case cleanup == nil, errors.Is(err, context.Canceled):
	case err == nil:
		s.Note("something that the run made could not be removed: " + cleanup.Error() + " (" + hint + ")")
	default:
		err = errors.Join(err, report.Fail(report.KindWork, hint, "remove what the run made: %w", cleanup))
	}
	return s.Redactor.Error(err)
}
