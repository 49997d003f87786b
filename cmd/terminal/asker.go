package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"

	"charm.land/huh/v2"

	"devenv/devenv/report"
)

// Asker asks the user on a terminal. If the question is interrupted, it returns an error that wraps context.Canceled.
type Asker struct {
	in, err *os.File
	display *Terminal
	plain   bool
}

// NewAsker returns nil if in or err is not a terminal, because nobody is there to answer. Do not put a nil *Asker into
// an interface, which would then not equal nil.
func NewAsker(in, err *os.File) *Asker {
	if !isTerminal(in) || !isTerminal(err) {
		return nil
	}
	dumb := os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == ""
	return &Asker{in: in, err: err, plain: dumb}
}

// Over returns the asker bound to a display, which pauses during a question. A nil asker stays nil.
func (a *Asker) Over(t *Terminal) *Asker {
	if a != nil {
		a.display = t
	}
	return a
}

// Choose asks for one of the options and returns its index.
func (a *Asker) Choose(ctx context.Context, question string, options []string) (int, error) {
	if len(options) == 0 {
		return 0, fmt.Errorf("ask %q: no options to choose from", question)
	}
	choices := make([]huh.Option[int], len(options))
	for i, o := range options {
		choices[i] = huh.NewOption(report.PrintableLine(o), i)
	}
	answer := 0
	field := huh.NewSelect[int]().Title(report.PrintableLine(question)).Options(choices...).Value(&answer)
	if err := a.ask(ctx, question, field); err != nil {
		return 0, err
	}
	if answer < 0 || answer >= len(options) {
		return 0, fmt.Errorf("ask %q: no answer", question)
	}
	a.note(question, options[answer])
	return answer, nil
}

// Confirm asks a yes-or-no question; no is preselected.
func (a *Asker) Confirm(ctx context.Context, question string) (bool, error) {
	answer := false
	field := huh.NewConfirm().Title(report.PrintableLine(question)).Affirmative("Yes").Negative("No").Value(&answer)
	if err := a.ask(ctx, question, field); err != nil {
		return false, err
	}
	a.note(question, map[bool]string{true: "yes", false: "no"}[answer])
	return answer, nil
}

func (a *Asker) ask(ctx context.Context, question string, field huh.Field) error {
	if a.display != nil {
		a.display.Pause()
		defer a.display.Resume()
	}
	form := huh.NewForm(huh.NewGroup(field)).WithInput(a.in).WithOutput(a.err).
		WithAccessible(a.plain).WithShowHelp(true)
	err := form.RunWithContext(ctx)
	switch {
	case err == nil:
		return ctx.Err()
	case errors.Is(err, huh.ErrUserAborted), ctx.Err() != nil:
		return fmt.Errorf("ask %q: %w", question, context.Canceled)
	default:
		return fmt.Errorf("ask %q: %w", question, err)
	}
}

// note keeps the question and its answer on the screen, because the form vanishes.
func (a *Asker) note(question, answer string) {
	if a.display != nil && !a.plain {
		a.display.Emit(report.Noted{Text: question + " " + answer})
	}
}
