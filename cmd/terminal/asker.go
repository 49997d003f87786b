package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"charm.land/huh/v2"
	"github.com/muesli/cancelreader"

	"devenv/devenv/report"
)

// Asker asks the user on a terminal. If the question is interrupted, it returns an error that wraps context.Canceled.
type Asker struct {
	in, err *os.File
	display *Terminal
	// shown is what the terminal can show; plain asks with lines of text only.
	shown Options
	plain bool
}

// NewAsker returns nil if in or err is not a terminal, or CI is set, because nobody is there to answer. Env is
// os.Getenv, or a stand-in for it. Do not put a nil *Asker into an interface, which would then not equal nil.
func NewAsker(in, err *os.File, env func(string) string) *Asker {
	if !isTerminal(in) || !isTerminal(err) || InCI(env) {
		return nil
	}
	return &Asker{in: in, err: err, shown: Detect(err, env), plain: isDumb(env)}
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
	field := huh.NewSelect[int]().Title(a.title(question)).Options(choices...).Value(&answer)
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
	field := huh.NewConfirm().Title(a.title(question)).Affirmative("Yes").Negative("No").Value(&answer)
	if err := a.ask(ctx, question, field); err != nil {
		return false, err
	}
	a.note(question, map[bool]string{true: "yes", false: "no"}[answer])
	return answer, nil
}

// title returns a question, in lines that fit into the form.
func (a *Asker) title(question string) string {
	const frame = 2
	question = report.Printable(question)
	if a.plain {
		return question
	}
	return strings.Join(report.Wrap(question, max(a.shown.Width()-frame, 1)), "\n")
}

func (a *Asker) ask(ctx context.Context, question string, field huh.Field) error {
	if a.display != nil {
		a.display.Pause()
		defer a.display.Resume()
	}
	form := huh.NewForm(huh.NewGroup(field)).WithOutput(a.err).WithShowHelp(true)
	if !a.shown.Color {
		form = form.WithTheme(huh.ThemeFunc(colorless))
	}
	var err error
	if a.plain {
		err = a.askPlainly(ctx, form)
	} else {
		err = form.WithInput(a.in).RunWithContext(ctx)
	}
	switch {
	case err == nil:
		return ctx.Err()
	case errors.Is(err, huh.ErrUserAborted), ctx.Err() != nil:
		return fmt.Errorf("ask %q: %w", question, context.Canceled)
	default:
		return fmt.Errorf("ask %q: %w", question, err)
	}
}

// askPlainly asks with lines of text. An interrupt ends the question, as does the end of the input.
func (a *Asker) askPlainly(ctx context.Context, form *huh.Form) (err error) {
	typed, err := cancelreader.NewReader(a.in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, typed.Close()) }()
	defer context.AfterFunc(ctx, func() { typed.Cancel() })()
	answer := &lastError{Reader: typed}
	if err := form.WithAccessible(true).WithInput(answer).RunWithContext(ctx); err != nil {
		return err
	}
	if answer.err != nil {
		return huh.ErrUserAborted
	}
	return nil
}

// lastError remembers that reading failed, which the form takes for the default answer.
type lastError struct {
	io.Reader
	err error
}

// Read reads what was typed.
func (l *lastError) Read(b []byte) (n int, err error) {
	n, err = l.Reader.Read(b)
	if err != nil {
		l.err = err
	}
	return n, err
}

// colorless is the look of a form without colours: what is chosen has a sign.
func colorless(bool) *huh.Styles {
	s := huh.ThemeBase(false)
	s.Help = huh.Styles{}.Help
	for _, f := range []*huh.FieldStyles{&s.Focused, &s.Blurred} {
		f.FocusedButton = f.FocusedButton.UnsetForeground().UnsetBackground().UnsetPaddingLeft().SetString(">")
		f.BlurredButton = f.BlurredButton.UnsetForeground().UnsetBackground()
	}
	return s
}

// note keeps the question and its answer on the screen, because the form vanishes.
func (a *Asker) note(question, answer string) {
	if a.display != nil {
		a.display.Emit(report.Noted{Text: question + " " + answer})
	}
}
