package tool

import (
	"regexp"
	"strings"

	"devenv/migrations"
)

// refused matches what a server says to who may not connect, limited what it says when one of the limits that a
// project can set ends a statement.
var (
	refused = regexp.MustCompile(`(password authentication failed for user "[^"]*"|(?:role|database) "[^"]*" does not exist|no pg_hba\.conf entry)`)
	limited = regexp.MustCompile(`due to (statement|lock|idle-in-transaction|transaction) timeout`)
)

// refusedHint returns what to do about a server that is well and refuses the migrations, or ends them as the project
// wants it; empty if neither is the reason.
func refusedHint(f *migrations.Failure) string {
	if m := limited.FindStringSubmatch(f.Message); m != nil {
		setting := strings.ReplaceAll(m[1], "-", "_") + "_timeout"
		if m[1] == "idle-in-transaction" {
			setting = "idle_in_transaction_session_timeout"
		}
		return "the project limits it: " + setting + " is set for the role or the database, in the connection's options or in the " +
			"revision; if it may take longer, say so in the revision:\n    SET LOCAL " + setting + " = 0"
	}
	if f.Code == migrations.FailureConnect && refused.MatchString(f.Message) {
		return "the server refuses them; it has the base's users, passwords and databases, and for its own user the password that the " +
			"branch's database service sets: where the branch needs others, existing databases lack them too; where the migrations' " +
			"address has others by mistake, set it in .devenv.yaml:\n" +
			"    migrations: {env: {DATABASE_URL: \"…\"}}"
	}
	return ""
}
