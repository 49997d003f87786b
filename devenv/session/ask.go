package session

import (
	"context"
	"strings"

	"devenv/devenv/redact"
	"devenv/devenv/report"
)

// Asker puts questions to the person at the terminal. An interrupted question returns an error.
type Asker interface {
	// Choose returns the index of the chosen option.
	Choose(ctx context.Context, question string, options []string) (int, error)
	Confirm(ctx context.Context, question string) (bool, error)
}

// redactedAsker puts questions without secrets.
type redactedAsker struct {
	to       Asker
	redactor *redact.Redactor
}

// Choose asks which option it is.
func (a redactedAsker) Choose(ctx context.Context, question string, options []string) (int, error) {
	return a.to.Choose(ctx, a.redactor.Text(question), redact.Said(a.redactor, options))
}

// Confirm asks whether it is so.
func (a redactedAsker) Confirm(ctx context.Context, question string) (bool, error) {
	return a.to.Confirm(ctx, a.redactor.Text(question))
}

// Consent is what a person must agree to.
type Consent struct {
	// To is what is to be done, as "remove the volumes"; After says what becomes of the data then.
	To, After string
	// Without says how to agree without being asked; Refused is what a no comes to, as "not removed".
	Without, Refused string
}

// Agree asks for consent. Nobody there to ask is a KindUsage failure, and a no ends the command. ask may be nil.
func Agree(ctx context.Context, ask Asker, c Consent) error {
	if ask == nil {
		return report.Fail(report.KindUsage, "agree without being asked: "+c.Without, "%s? Nobody is there to ask", c.To)
	}
	yes, err := ask.Confirm(ctx, strings.ToUpper(c.To[:1])+c.To[1:]+"? "+c.After)
	if err == nil && !yes {
		err = report.Fail(report.KindWork, "", "%s: you said no", c.Refused)
	}
	return err
}
