package project

import (
	"fmt"
	"os"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/report"
)

// BaseName returns the base branch as a flag names it, else as the configuration does, else nothing.
func (w *Workspace) BaseName(flag string) string {
	if flag != "" || w.Config == nil {
		return flag
	}
	return w.Config.Base
}

// FoundCompose returns which Compose files are used, and why these.
func (w *Workspace) FoundCompose(c Choice) report.Finding {
	names := make([]string, len(w.Model.ComposeFiles))
	for i, f := range w.Model.ComposeFiles {
		names[i] = InRepository(w.Repo.Root(), f)
	}
	from := "where Compose looks"
	switch {
	case len(c.Compose.Files) > 0:
		from = "--file"
	case os.Getenv("COMPOSE_FILE") != "":
		from = "COMPOSE_FILE"
	case w.Config != nil && len(w.Config.Compose.Files) > 0:
		from = "compose.files in the configuration"
	}
	return report.Finding{What: "Compose files", Value: strings.Join(names, ", "), From: from}
}

// FoundBase returns which branch the work is judged against, by its name for people and its commit, and why that one. flag is what
// --base says.
func (w *Workspace) FoundBase(flag, name, commit string) report.Finding {
	from := "the usual names, the remote's own default first"
	switch {
	case flag != "":
		from = "--base"
	case w.BaseName(flag) != "":
		from = "base in the configuration"
	}
	return report.Finding{What: "base", Value: fmt.Sprintf("%s at %.8s", name, commit), From: from}
}

// FoundConnection returns how a database service is reached, never with which password.
func (w *Workspace) FoundConnection(service string) (report.Finding, error) {
	s, err := database.SettingsOf(w.Model, service)
	return report.Finding{
		What: "database connection", Value: fmt.Sprintf("user %s, database %s, port %d, as %s", s.User, s.Database, s.Port, strings.Join(s.Hosts, ", ")),
		From: "environment and command of " + s.Service,
	}, err
}
