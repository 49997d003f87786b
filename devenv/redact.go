package devenv

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"devenv/devenv/report"
)

// shortestSecret is the length in bytes below which a value is not taken out of texts: it would tear words apart.
const shortestSecret = 6

// redacted stands where a secret was.
const redacted = "[redacted]"

// redactor takes secret values out of everything that leaves a run.
type redactor struct {
	mu      sync.RWMutex
	secrets []string
	pattern *regexp.Regexp // of all secrets; nil when there is none
}

// learn adds secret values. Those that are short, or also a public word of the project (a database named like its
// password), stay: taking them out would make every message unreadable and hide nothing.
func (r *redactor) learn(secrets, public []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= shortestSecret && !slices.Contains(public, s) && !slices.Contains(r.secrets, s) {
			r.secrets = append(r.secrets, s)
		}
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	patterns := make([]string, len(r.secrets))
	for i, s := range r.secrets {
		patterns[i] = secretPattern(s)
	}
	r.pattern = nil
	if len(patterns) > 0 {
		r.pattern = regexp.MustCompile(strings.Join(patterns, "|"))
	}
}

// ordinaryWord is a secret like "password", which names of tables and columns contain as well.
var ordinaryWord = regexp.MustCompile(`^[A-Za-z]+$`)

// secretPattern finds a secret in a text: one that is a word only where it stands alone, as it does in an address or behind
// an equals sign, because statements that people are to paste must keep their names.
func secretPattern(secret string) string {
	quoted := regexp.QuoteMeta(secret)
	if ordinaryWord.MatchString(secret) {
		return `\b` + quoted + `\b`
	}
	return quoted
}

// text returns s without secrets.
func (r *redactor) text(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.pattern == nil {
		return s
	}
	return r.pattern.ReplaceAllLiteralString(s, redacted)
}

func (r *redactor) lines(lines []string) []string {
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = r.text(line)
	}
	return clean
}

// failure returns err with kind, hint and output kept and secrets taken out. It keeps what errors.Is finds.
func (r *redactor) failure(err error) error {
	if err == nil {
		return nil
	}
	return &report.Failure{
		Kind: report.KindOf(err), Hint: r.text(report.HintOf(err)), Output: r.lines(report.OutputOf(err)),
		Err: &redactedError{text: r.text(err.Error()), err: err},
	}
}

// redactedError says a redacted text and stands for the original to errors.Is alone: errors.As would bring back
// what was taken out.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.err, target) }

// redactingListener passes events on without secrets.
type redactingListener struct {
	to report.Listener
	*redactor
}

// Emit passes the event on.
func (l redactingListener) Emit(event report.Event) {
	switch e := event.(type) {
	case report.StepOutput:
		e.Line = l.text(e.Line)
		l.to.Emit(e)
	case report.StepEnded:
		e.Detail, e.Found, e.Err = l.text(e.Detail), l.findings(e.Found), l.failure(e.Err)
		l.to.Emit(e)
	case report.Checked:
		e.Check = l.check(e.Check)
		l.to.Emit(e)
	case report.Noted:
		e.Text = l.text(e.Text)
		l.to.Emit(e)
	default:
		l.to.Emit(event)
	}
}

// findings returns decisions without secrets.
func (r *redactor) findings(all []report.Finding) []report.Finding {
	var clean []report.Finding
	for _, f := range all {
		clean = append(clean, report.Finding{What: f.What, Value: r.text(f.Value), From: r.text(f.From)})
	}
	return clean
}

// check returns the answer of a check without secrets.
func (r *redactor) check(c report.Check) report.Check {
	c.Summary, c.Hint, c.Waived = r.text(c.Summary), r.text(c.Hint), r.text(c.Waived)
	evidence := make([]report.Evidence, len(c.Evidence))
	for i, e := range c.Evidence {
		for _, field := range []*string{&e.Statement, &e.Message, &e.Insert, &e.Query, &e.Detail} {
			*field = r.text(*field)
		}
		e.Keys = r.lines(e.Keys)
		if len(e.Keys) == 0 {
			e.Keys = nil
		}
		evidence[i] = e
	}
	c.Evidence = evidence
	return c
}
