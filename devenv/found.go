package devenv

import (
	"fmt"
	"os"
	"strings"

	"devenv/devenv/branch"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// foundCompose says which Compose files are used, and why these.
func (r *run) foundCompose() report.Finding {
	names := make([]string, len(r.Workspace.Model.ComposeFiles))
	for i, f := range r.Workspace.Model.ComposeFiles {
		names[i] = project.InRepository(r.Workspace.Repo.Root(), f)
	}
	from := "where Compose looks"
	switch cfg := r.Workspace.Config; {
	case len(r.Choice.Compose.Files) > 0:
		from = "--file"
	case os.Getenv("COMPOSE_FILE") != "":
		from = "COMPOSE_FILE"
	case cfg != nil && len(cfg.Compose.Files) > 0:
		from = "compose.files in the configuration"
	}
	return report.Finding{What: "Compose files", Value: strings.Join(names, ", "), From: from}
}

// foundBase says which branch the work is judged against, and why that one.
func (r *run) foundBase() report.Finding {
	from := "the usual names, the remote's own default first"
	switch {
	case r.request.Base != "":
		from = "--base"
	case r.baseName() != "":
		from = "base in the configuration"
	}
	return report.Finding{What: "base", Value: fmt.Sprintf("%s at %.8s", branch.Spoken(r.baseRef.Ref), r.baseRef.Commit), From: from}
}

// foundSettings says how the database is reached; never with which password.
func (r *run) foundSettings() ([]report.Finding, error) {
	s, err := database.SettingsOf(r.Workspace.Model, r.project.Database)
	if err != nil {
		return nil, err
	}
	return []report.Finding{{
		What: "database connection", Value: fmt.Sprintf("user %s, database %s, port %d, as %s", s.User, s.Database, s.Port, strings.Join(s.Hosts, ", ")),
		From: "environment and command of " + s.Service,
	}}, nil
}

// foundIgnored says which ignored files come along into the private trees.
func (r *run) foundIgnored(cfg *config.Config) []report.Finding {
	if len(r.work.Capture.Included) == 0 {
		return nil
	}
	from := "env files, .worktreeinclude"
	if cfg != nil && len(cfg.Include) > 0 {
		from += ", include in the configuration"
	}
	return []report.Finding{{What: "ignored files taken along", Value: strings.Join(r.work.Capture.Included, ", "), From: from}}
}
