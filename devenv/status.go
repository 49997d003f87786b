package devenv

import (
	"context"

	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/stack"
)

// StatusItem is one service of the user's own stack, its database, or another worktree's stack.
type StatusItem = stack.StatusItem

// Status returns what runs of the user's own stack, at which addresses, and what its database holds.
func Status(ctx context.Context, o Options) (*report.Items, error) {
	s := session.New("status", o)
	found, err := stack.Status(ctx, s)
	return listed(s, redact.Copy(s.Redactor, found)), s.Redactor.Error(err)
}

// LogsOptions are the options of logs.
type LogsOptions = stack.LogsOptions

// Logs streams the logs of the user's own stack, with secrets removed.
func Logs(ctx context.Context, o LogsOptions) error {
	s := session.New("logs", o.Options)
	return s.Redactor.Error(stack.Logs(ctx, s, o))
}

// ServiceNames returns the services of the project, for shell completion; none if it does not load.
func ServiceNames(ctx context.Context, o Options) []string {
	return stack.ServiceNames(ctx, session.New("completion", o))
}
