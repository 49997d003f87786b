package offending

import (
	"context"
	"errors"
	"iter"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/query"
)

// namePattern matches an identifier in SQL, quoted or not, with or without a schema.
const namePattern = `((?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)`

// tablePatterns find the table that a statement is about.
func tablePatterns() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?is)^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?` + namePattern),
		regexp.MustCompile(`(?is)^\s*UPDATE\s+(?:ONLY\s+)?` + namePattern),
		regexp.MustCompile(`(?is)^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\b.*?\bON\s+(?:ONLY\s+)?` + namePattern),
		regexp.MustCompile(`(?is)^\s*(?:INSERT\s+INTO|DELETE\s+FROM)\s+(?:ONLY\s+)?` + namePattern),
	}
}

// findTable finds the table of the failure: the one that Postgres named, else the statement's.
func (s *search) findTable(ctx context.Context) (bool, error) {
	if s.violation.Table != "" {
		name := query.Identifier(s.violation.Table)
		if s.violation.Schema != "" {
			name = query.Identifier(s.violation.Schema) + "." + name
		}
		return s.lookUp(ctx, name)
	}
	for _, p := range tablePatterns() {
		if m := p.FindStringSubmatch(s.violation.Statement); m != nil {
			return s.lookUp(ctx, m[1])
		}
	}
	return false, nil
}

// lookUp reads a table's names; false if there is no such table, because its creation was rolled back.
func (s *search) lookUp(ctx context.Context, name string) (bool, error) {
	err := s.tx.QueryRow(ctx, `
SELECT c.oid, n.nspname, c.relname,
  coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
  coalesce((SELECT array_agg(a.attname::text ORDER BY k.at) FROM pg_index i
     CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, at) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
     WHERE i.indrelid = c.oid AND i.indisprimary AND k.at <= i.indnkeyatts), '{}')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`, name).
		Scan(&s.table.oid, &s.table.schema, &s.table.name, &s.table.columns, &s.table.primary)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// bare yields the bytes of a text outside quotes, with their indexes.
func bare(text string) iter.Seq2[int, byte] {
	return func(yield func(int, byte) bool) {
		quote := byte(0)
		for i := range len(text) {
			switch c := text[i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '\'' || c == '"':
				quote = c
			case !yield(i, c):
				return
			}
		}
	}
}

// balanced returns the text between the first opening parenthesis and its closing one. ok is false if there is no
// such pair.
func balanced(text string) (inside string, ok bool) {
	start, depth := -1, 0
	for i, c := range bare(text) {
		switch c {
		case '(':
			if depth++; start < 0 {
				start = i + 1
			}
		case ')':
			if depth--; depth == 0 && start >= 0 {
				return text[start:i], true
			}
		}
	}
	return "", false
}

// pieces splits at commas outside parentheses and quotes.
func pieces(text string) []string {
	var parts []string
	start, depth := 0, 0
	for i, c := range bare(text) {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(text[start:]))
}

// allColumns reports whether each piece is the name of a column, not an expression.
func (s *search) allColumns(names []string) bool {
	for _, n := range unquoted(names) {
		if !s.table.has(n) {
			return false
		}
	}
	return true
}

// only returns the name in a list of one, empty for others.
func only(names []string) string {
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

// unquoted converts SQL identifiers to names.
func unquoted(identifiers []string) []string {
	names := make([]string, 0, len(identifiers))
	for _, i := range identifiers {
		i = strings.TrimSpace(i)
		switch {
		case i == "":
			continue
		case strings.HasPrefix(i, `"`):
			i = strings.ReplaceAll(strings.Trim(i, `"`), `""`, `"`)
		case strings.ToLower(i) != i:
			i = strings.ToLower(i)
		}
		names = append(names, i)
	}
	return names
}
