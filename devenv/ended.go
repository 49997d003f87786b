package devenv

import (
	"context"

	"devenv/devenv/discover"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/tool"
)

// ended finishes a command that has a list: it removes what the command made for itself, and secrets from the list and
// the error.
func ended(ctx context.Context, s *session.Session, items *report.Items, err error) (*report.Items, error) {
	if s.Workspace != nil && s.Command != "up" { // the user's own stack has the working tree, with all its files
		err = tool.ExplainMissing(ctx, s.Workspace.Repo, discover.MigrationTool{}, err)
	}
	err = s.Finish(ctx, err)
	items.Items = redact.Copy(s.Redactor, items.Items)
	return items, err
}

// listed converts a package's result into the command's list.
func listed[T any](s *session.Session, all []T) *report.Items {
	items := report.NewItems(s.Command)
	for _, item := range all {
		items.Items = append(items.Items, item)
	}
	return items
}
