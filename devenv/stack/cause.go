package stack

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/session"
	"devenv/devenv/userdata"
)

// Cause is why a service of the stack does not run, in its own words, and how to fix it.
type Cause struct{ Said, Remedy string }

// causeLines is how many of a service's last log lines to search for a known cause.
const causeLines = 60

// makeMigration is the command where a table or column lacks.
const makeMigration = "devenv new-migration \"…\""

// resetRemedy is what to do about a database that lacks what migrations make.
const resetRemedy = "give it the base's data at the branch's head: devenv reset (devenv undo restores the current data)"

// noteUnmigrated notes, before anything fails for it, that the branch lacks a migration for its models.
func noteUnmigrated(ctx context.Context, s *session.Session) {
	if note := s.Workspace.NoteUnmigrated(ctx); note != "" {
		s.Note(note)
	}
}

// passwordRemedy returns what to do about a role's password that the server refused. It says the same of a role that
// does not exist. s are the settings: the role of POSTGRES_USER may
// set passwords.
func passwordRemedy(role, service string, s database.Settings, given bool) string {
	const only = "only apply to a new database"
	first, why := "", "POSTGRES_USER and POSTGRES_PASSWORD "+only
	switch {
	case role != s.User:
		why = "init scripts " + only
	case !given:
		first = "none of its environment variables has the password in POSTGRES_PASSWORD of " + service + ": let both be the same; or else, "
	}
	return first + fmt.Sprintf("the data of %s has another password for that role, or no such role: %s; give the role the project's current "+
		"password:\n    docker compose exec %s psql -U %s -d %s -c \"ALTER ROLE %s PASSWORD '…'\"\n"+
		"or start over with the base's data: devenv reset (devenv undo restores the current data)", service, why, service, s.User,
		s.Database, role)
}

// knownCause returns the cause that a service's last lines show; false if none is known. Service is the database's,
// empty if the stack has none. given is set if what failed is given the password of the database's settings.
func knownCause(lines []string, service string, s database.Settings, given bool) (Cause, bool) {
	log := strings.Join(lines, "\n")
	if m := regexp.MustCompile(`password authentication failed for user "([^"]+)"`).FindStringSubmatch(log); m != nil && service != "" {
		return Cause{m[0], passwordRemedy(m[1], service, s, given)}, true
	}
	if cause, known := databasesCause(log); known {
		return cause, true
	}
	if m := database.Missing(log); m != "" {
		return Cause{m, "the service does not find it in its database; if the models have changed, make the migration:\n" +
			"    " + makeMigration + "\n" +
			"if the database is behind the branch, " + resetRemedy}, true
	}
	return Cause{}, false
}

// databasesCause returns the cause that the database's own log shows. What it logs about its clients' statements and
// passwords is why those fail, not the database.
func databasesCause(log string) (Cause, bool) {
	m := regexp.MustCompile(`initialized by PostgreSQL version (\S+), which is not compatible with this version (\d+)`).FindStringSubmatch(log)
	if m == nil {
		return Cause{}, false
	}
	answer := fmt.Sprintf("to keep the data, set the image of the database back to Postgres %s, devenv up, and move it with pg_dumpall and psql; "+
		"to start without it: devenv down --volumes (data in a directory of the host: remove that)", m[1])
	return Cause{"its data is from Postgres " + m[1] + ", and it was started with Postgres " + m[2], answer}, true
}

// Cause returns why a service is unhealthy, if its last lines show it.
func (v *View) Cause(ctx context.Context, item StatusItem) (Cause, bool) {
	if !item.Unhealthy() {
		return Cause{}, false
	}
	if item.State == "paused" {
		return Cause{"its processes stand still until they are continued", "docker compose unpause " + item.Name}, true
	}
	container := v.Containers[item.Name].ID
	if item.State == "exited" && v.replacedSince(ctx, container) {
		return Cause{"it ended before the database's data was replaced", "start it with the data that is there now: devenv up"}, true
	}
	lines, err := v.Workspace.Engine.Tail(ctx, container, causeLines)
	if err != nil {
		return Cause{}, false // the caller reports that it does not run, and where its log is
	}
	return causeIn(ctx, v.Stack, item.Name, lines)
}

// replacedSince reports whether devenv has replaced the database's data since a container ended: what that found
// missing may be there by now.
func (v *View) replacedSince(ctx context.Context, container string) bool {
	c, err := v.Workspace.Engine.Inspect(ctx, container)
	if err != nil {
		return false // the caller reports what it finds
	}
	service, err := v.FindDatabase(ctx)
	if err != nil {
		return false
	}
	last, ok := v.LastExchange(ctx, service)
	return ok && c.ID != v.Containers[service].ID && c.Finished.Before(last.At)
}

// causeIn looks for a known cause in the lines of a service of the stack, failing.
func causeIn(ctx context.Context, s *userdata.Stack, failing string, lines []string) (Cause, bool) {
	service, err := s.FindDatabase(ctx)
	if err != nil {
		return knownCause(lines, "", database.Settings{}, false)
	}
	if failing == service {
		return databasesCause(strings.Join(lines, "\n"))
	}
	settings, err := database.SettingsOf(s.Model, service)
	if err != nil {
		service = ""
	}
	cause, known := knownCause(lines, service, settings, isGiven(s.Model.Services[failing], settings.Password))
	if known && cause.lacksMigration() {
		at, _ := s.Position(ctx, service) // without a comparison, nothing is known
		cause = ofUnmigrated(cause, at)
	}
	if !known && s.Model.Services[failing].Build != nil {
		at, _ := s.Position(ctx, service) // likewise
		return ofOldImage(strings.Join(lines, "\n"), at)
	}
	return ofOtherCode(cause, s.Model.Services[failing]), known
}

// ofOldImage returns the cause of a service that is built and does not find the revision of its database, although the
// branch has it.
func ofOldImage(log string, at userdata.Position) (Cause, bool) {
	if !at.Compared || len(at.Unknown) > 0 {
		return Cause{}, false
	}
	for _, revision := range at.Revisions {
		missed := regexp.MustCompile(`(?i)\b(?:locate|find|found|unknown|no such)\b.*\b` + regexp.QuoteMeta(revision) + `\b`)
		if said := missed.FindString(log); said != "" {
			return Cause{
				"it does not find revision " + revision + ", which its database is at and this branch has: its image is from other code",
				"build it again: devenv up --build",
			}, true
		}
	}
	return Cause{}, false
}

// lacksMigration reports whether the cause is a table or column that is not there.
func (c Cause) lacksMigration() bool { return strings.Contains(c.Remedy, makeMigration) }

// ofUnmigrated leads with the migrations that there are if none of them has run in the database.
func ofUnmigrated(cause Cause, at userdata.Position) Cause {
	if at.Compared && at.Unread == "" && len(at.Revisions) == 0 {
		cause.Remedy = "the service does not find it in its database, which is at no revision: " + resetRemedy + "\n" +
			"if it is missing then too, the models have no migration for it: " + makeMigration
	}
	return cause
}

// ofOtherCode adds to the cause of a service that is built that its image may be older than the code: neither devenv nor
// Compose builds it again by itself.
func ofOtherCode(cause Cause, service types.ServiceConfig) Cause {
	if service.Build != nil && cause.lacksMigration() {
		cause.Remedy += "\nif its image is from other code than the branch's: devenv up --build"
	}
	return cause
}

// isGiven reports whether a service is given a password in its environment, as it is or as a URL has it.
func isGiven(service types.ServiceConfig, password string) bool {
	for _, value := range service.Environment {
		if value != nil && (strings.Contains(*value, password) || strings.Contains(*value, url.QueryEscape(password))) {
			return true
		}
	}
	return false
}
