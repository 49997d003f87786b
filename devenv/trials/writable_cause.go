package trials

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/writes"
	"devenv/migrations"
)

// causeOf returns the statement behind a write that fails: of a sequence that is behind, the last one that sets it or
// writes rows past it; of a right that is missing, the last one that revokes it; of a column that Postgres names, the last
// one that names it too, and if it must not be NULL, the last one that says so.
func (u *upgrade) causeOf(f writes.Failed) migrations.Statement {
	if f.Sequence != "" {
		_, table, _ := strings.Cut(f.Table, ".")
		sequence := strings.ReplaceAll(f.Sequence[strings.LastIndex(f.Sequence, ".")+1:], `"`, "")
		moves := regexp.MustCompile(`(?is)\b` + regexp.QuoteMeta(sequence) + `\b|\b(?:INSERT\s+INTO|COPY|MERGE\s+INTO|setval|RESTART)\b.*\b` +
			regexp.QuoteMeta(table) + `\b|\b` + regexp.QuoteMeta(table) + `\b.*\bRESTART\b`)
		for _, s := range slices.Backward(u.own()) {
			if moves.MatchString(s.SQL) {
				return s
			}
		}
	}
	if m := regexp.MustCompile(`^permission denied for (\w+) (\S+)$`).FindStringSubmatch(f.Message); m != nil {
		revokes := regexp.MustCompile(`(?is)\bREVOKE\b.*\bON\b.*\b(?:ALL\s+` + m[1] + `S|` + regexp.QuoteMeta(m[2]) + `)\b`)
		for _, s := range slices.Backward(u.own()) {
			if revokes.MatchString(s.SQL) {
				return s
			}
		}
	}
	if m := regexp.MustCompile(`column "([^"]+)"`).FindStringSubmatch(f.Message); m != nil {
		_, table, _ := strings.Cut(f.Table, ".")
		of, column := named(&catalog.Column{Name: table}), named(&catalog.Column{Name: m[1]})
		both := slices.DeleteFunc(u.own(), func(s migrations.Statement) bool { return !of.MatchString(s.SQL) || !column.MatchString(s.SQL) })
		if strings.HasPrefix(f.Message, "null value") {
			both = narrowed(both, refusesNull(m[1]))
		}
		if len(both) > 0 {
			return both[len(both)-1]
		}
	}
	return u.lastToTouch(f.Table)
}

// refusesNull returns a pattern of statements that make a column NOT NULL, or have made it so.
func refusesNull(column string) *regexp.Regexp {
	name := `"?\b` + regexp.QuoteMeta(column) + `\b"?`
	return regexp.MustCompile(`(?is)` + name + `\s+(?:SET\s+NOT\s+NULL\b|[^,]*\bNOT\s+NULL\b)|\bPRIMARY\s+KEY\s*\([^)]*` + name)
}

// narrowed returns those statements that a pattern matches, or all if none does.
func narrowed(statements []migrations.Statement, pattern *regexp.Regexp) []migrations.Statement {
	var matching []migrations.Statement
	for _, s := range statements {
		if pattern.MatchString(s.SQL) {
			matching = append(matching, s)
		}
	}
	if len(matching) == 0 {
		return statements
	}
	return matching
}
