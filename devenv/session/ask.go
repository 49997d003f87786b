package session

import (
	"context"
	"strings"

	"devenv/devenv/redact"
	"devenv/devenv/report"
)

// Asker asks the person at the terminal. An interrupted question returns an error.
type Asker interface {
	// Choose returns the index of the chosen option.
	Choose(ctx context.Context, question string, options []string) (int, error)
	Confirm(ctx context.Context, question string) (bool, error)
}

// asker asks a session's questions: without secrets, and without counting the time until the answer.
type asker struct {
	to      Asker
	session *Session
}

// Choose asks which of the options to take.
func (a asker) Choose(ctx context.Context, question string, options []string) (int, error) {
	defer a.session.Suspend()()
	return a.to.Choose(ctx, a.session.Redactor.Text(question), redact.Copy(a.session.Redactor, options))
}

// Confirm asks a yes-or-no question.
func (a asker) Confirm(ctx context.Context, question string) (bool, error) {
	defer a.session.Suspend()()
	return a.to.Confirm(ctx, a.session.Redactor.Text(question))
}

// Consent is what a person must agree to.
type Consent struct {
	// To is what will be done, such as "remove the volumes"; After says what then becomes of the data.
	To, After string
	// Without says how to agree without being asked; Refused is the result of a no, such as "not removed".
	Without, Refused string
}

// Agree asks for consent. If there is nobody to ask, it returns a KindUsage failure; a no ends the command. Ask may be
// nil.
func Agree(ctx context.Context, ask Asker, c Consent) error {
	if ask == nil {
		return report.Fail(report.KindUsage, "to agree beforehand: "+c.Without, "%s? There is nobody to ask", c.To)
	}
	yes, err := ask.Confirm(ctx, strings.ToUpper(c.To[:1])+c.To[1:]+"? "+c.After)
	if err == nil && !yes {
		err = report.Fail(report.KindWork, "", "%s: you said no", c.Refused)
	}
	return err
}
