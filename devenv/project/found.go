package project

import (
	"fmt"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/report"
)

// BaseName returns the base branch that the flag names, or else the configured one, or else "".
func (w *Workspace) BaseName(flag string) string {
	if flag != "" || w.Config == nil {
		return flag
	}
	return w.Config.Base
}

// FoundCompose returns which Compose files are used, and why.
func (w *Workspace) FoundCompose() report.Finding {
	names := make([]string, len(w.Model.ComposeFiles))
	for i, f := range w.Model.ComposeFiles {
		names[i] = InRepository(w.Repo.Root(), f)
	}
	return report.Finding{What: "Compose files", Value: strings.Join(names, ", "), From: w.selected.from}
}

// FoundBase returns the base branch with its commit, and why it was chosen. Name is its display name; flag is the value
// of --base.
func (w *Workspace) FoundBase(flag, name, commit string) report.Finding {
	from := "the usual names, starting with the remote's default branch"
	switch {
	case flag != "":
		from = "--base"
	case w.BaseName(flag) != "":
		from = "base in the configuration"
	}
	if name == "HEAD" && w.BaseName(flag) != name {
		from = "the current branch is the base itself, by " + from
	}
	return report.Finding{What: "base", Value: fmt.Sprintf("%s at %.8s", name, commit), From: from}
}

// FoundConnection returns how devenv connects to a database service, without the password.
func (w *Workspace) FoundConnection(service string) (report.Finding, error) {
	s, err := database.SettingsOf(w.Model, service)
	return report.Finding{
		What: "database connection", Value: fmt.Sprintf("user %s, database %s, port %d, as %s", s.User, s.Database, s.Port,
			strings.Join(s.Hosts, ", ")),
		From: "environment and command of " + s.Service,
	}, err
}
