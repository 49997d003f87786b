package query

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Quote returns a quoted SQL identifier, its parts joined by dots.
func Quote(parts ...string) string { return pgx.Identifier(parts).Sanitize() }

// Identifier returns a name in SQL, quoted only if it must be.
func Identifier(name string) string {
	if regexp.MustCompile(`^[a-z_][a-z0-9_]*$`).MatchString(name) && !reserved(name) {
		return name
	}
	return Quote(name)
}

// Table returns a table's name in SQL, without the schema if it is public or unknown.
func Table(schema, name string) string {
	if schema == "" || schema == "public" {
		return Identifier(name)
	}
	return Identifier(schema) + "." + Identifier(name)
}

// reserved reports whether an unquoted name would mean something else; it knows the words that projects use for
// tables and columns.
func reserved(name string) bool {
	switch name {
	case "user", "order", "group", "table", "column", "select", "where", "from", "to", "end", "default", "check", "primary",
		"references", "unique", "foreign", "all", "and", "any", "array", "as", "asc", "desc", "case", "cast", "collate",
		"constraint", "create", "do", "else", "except", "false", "true", "fetch", "for", "grant", "having", "in",
		"initially", "intersect", "into", "lateral", "leading", "limit", "localtime", "not", "null", "offset", "on", "only",
		"or", "placing", "returning", "some", "symmetric", "then", "trailing", "union", "using", "variadic", "when",
		"window", "with", "both", "distinct", "analyse", "analyze", "session_user", "current_user", "current_date",
		"current_time", "current_timestamp", "current_role", "current_catalog", "localtimestamp", "deferrable", "asymmetric":
		return true
	}
	return false
}

// Literal returns a text as an SQL literal.
func Literal(text string) string {
	text = strings.ReplaceAll(text, "'", "''")
	if strings.Contains(text, `\`) {
		return "E'" + strings.ReplaceAll(text, `\`, `\\`) + "'"
	}
	return "'" + text + "'"
}

// TypeParts splits types such as varchar(10) and numeric(6, 4).
func TypeParts(kind string) (name string, length, scale int) {
	name, inside, ok := strings.Cut(strings.ToLower(kind), "(")
	if ok {
		numbers := strings.Split(strings.TrimRight(inside, ") "), ",")
		length, _ = strconv.Atoi(strings.TrimSpace(numbers[0])) // 0 if it is not a number: no known limit
		if len(numbers) > 1 {
			scale, _ = strconv.Atoi(strings.TrimSpace(numbers[1]))
		}
	}
	return strings.TrimSpace(name), length, scale
}
