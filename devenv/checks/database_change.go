package checks

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// DatabaseChange is what a branch changes of what a new database starts from.
type DatabaseChange struct {
	// Server names what it changes of the server: "its image from postgres:17 to postgis:17".
	Server []string
	// Scripts are the init scripts that it changes, which run on empty databases only; Added are their new
	// statements, so far as devenv can read them.
	Scripts, Added []string
}

// Any reports whether the branch changes anything.
func (c DatabaseChange) Any() bool { return len(c.Server) > 0 || len(c.Scripts) > 0 }

// blameScripts adds to a failed upgrade of the base's data that what it misses comes from init scripts that the branch
// changes, if that is so: a new statement names what is missing, or the upgrade works where they ran.
func (f *Facts) blameScripts(finding Finding) Finding {
	failure, c := f.Seeded.Failure, f.Database
	if len(c.Scripts) == 0 || !missesSomething(failure) {
		return finding
	}
	lines := c.naming(failure)
	if works := f.Scratch.Ran && f.Scratch.Failure == nil; len(lines) == 0 && works {
		lines = c.Added
	} else if len(lines) == 0 {
		return finding
	}
	finding.Summary += "; the branch changes " + strings.Join(c.Scripts, ", ") + ", and init scripts run on empty databases only"
	finding.Hint = f.mender().asInScripts(lines, c.Scripts)
	return finding
}

// blameServer adds to a failed upgrade of the base's data that it works on the server that the branch brings, if what it
// misses may come from there: an extension, a function, or syntax of a newer version.
func (f *Facts) blameServer(finding Finding) Finding {
	failure, c := f.Seeded.Failure, f.Database
	lacking := missesSomething(failure) || slices.Contains([]string{"0A000", "58P01", "42601", "42P13"}, failure.SQLState)
	if len(c.Server) == 0 || len(c.Scripts) > 0 || !lacking || !f.Scratch.Ran || f.Scratch.Failure != nil {
		return finding
	}
	finding.Summary += "; it works from nothing on the server that the branch brings (" + strings.Join(c.Server, ", ") +
		"), and the base's data is on the base's"
	finding.Hint = "bring the change of the server to " + f.BaseRef + " first, on its own, and upgrade existing databases to it; " +
		"this migration is then tried on it\nor write the revision so that it runs on both"
	return finding
}

// missesSomething reports whether a failure is about an object that does not exist, or a right.
func missesSomething(f *migrations.Failure) bool {
	return slices.Contains([]string{"42704", "42P01", "42883", "42703", "3F000", "42501"}, f.SQLState)
}

// naming returns the new statements that name what a failure misses.
func (c DatabaseChange) naming(f *migrations.Failure) []string {
	missing := regexp.MustCompile(`"([^"]+)" does not exist|function ([\w.]+)\(.*\) does not exist`).FindStringSubmatch(f.Message)
	if missing == nil {
		return nil
	}
	_, name, qualified := strings.Cut(missing[1]+missing[2], ".")
	if !qualified {
		name = missing[1] + missing[2]
	}
	return c.with(name)
}

// with returns the new statements that hold a name.
func (c DatabaseChange) with(name string) []string {
	named := regexp.MustCompile(`(?i)(?:^|\W)` + regexp.QuoteMeta(name) + `(?:\W|$)`)
	return slices.DeleteFunc(slices.Clone(c.Added), func(statement string) bool { return !named.MatchString(statement) })
}

// makes reports whether a new statement makes the object that a difference adds: it is to stay.
func (c DatabaseChange) makes(d catalog.Difference) bool {
	kind, name, _ := strings.Cut(d.Object, ":")
	return d.Was == "" && (kind == "extension" || kind == "schema") && len(c.with(name)) > 0
}

// asInScripts returns how to give existing databases what init scripts add. What cannot be created twice must leave the
// scripts: they run before the revision.
func (m mender) asInScripts(statements, scripts []string) string {
	if len(statements) == 0 {
		return "put what the script adds into the revision as well, so that existing databases get it"
	}
	hint := "existing databases get it from the revision only; start its " + m.Words().Upgrade + " with"
	again := false
	for _, statement := range statements {
		sql, repeatable := ifNotExists(statement)
		again = again || !repeatable
		hint += "\n    " + m.execute(sql)
	}
	if again {
		hint += "\nand remove from " + strings.Join(scripts, ", ") + " what cannot run twice"
	}
	return hint
}

// ifNotExists returns a statement in the form that works where its object exists; false if it has none.
func ifNotExists(sql string) (string, bool) {
	form := regexp.MustCompile(`(?i)^(CREATE (?:EXTENSION|SCHEMA|SEQUENCE|(?:UNLOGGED )?TABLE|(?:UNIQUE )?INDEX)) (IF NOT EXISTS )?`)
	switch found := form.FindStringSubmatch(sql); {
	case found == nil:
		return sql, regexp.MustCompile(`(?i)^(?:CREATE OR REPLACE|GRANT|ALTER DATABASE|ALTER DEFAULT|COMMENT|SET|INSERT .* ON CONFLICT)\b`).MatchString(sql)
	case found[2] != "":
		return sql, true
	}
	return form.ReplaceAllString(sql, "$1 IF NOT EXISTS "), true
}
