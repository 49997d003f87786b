package offending

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"devenv/devenv/database/query"
)

// conversion is what a statement does to each row: an expression whose value is converted to a type.
type conversion struct {
	expression, kind string
	// where limits the rows, empty for all.
	where string
	// column is the one that is converted unchanged; empty if the project has its own expression.
	column string
	// target is the column that receives the value; empty for an index or a generated column.
	target string
}

// unfit selects rows whose value a conversion rejects. A temporary function, rolled back with the rest, tries the
// conversion row by row; people get to see a plain query of their own, if there is one.
func (s *search) unfit(ctx context.Context) (string, error) {
	c, ok, err := s.conversion(ctx)
	if err != nil || !ok {
		return "", err
	}
	shown, err := s.shownUnfit(ctx, c)
	if err != nil {
		return "", err
	}
	s.shown, s.column = &shown, c.target
	// Assignment, not a cast: a cast to varchar(10) truncates silently, an ALTER TYPE does not.
	_, err = s.tx.Exec(ctx, fmt.Sprintf(`CREATE FUNCTION pg_temp.devenv_fails(devenv_row %s) RETURNS boolean LANGUAGE plpgsql AS $devenv$
#variable_conflict use_column
BEGIN
  DECLARE devenv_value %s := (SELECT %s FROM (SELECT (devenv_row).*) AS %s);
  BEGIN
    RETURN false;
  END;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN RETURN true;
END $devenv$`, query.Quote(s.table.schema, s.table.name), c.kind, c.expression, query.Quote(s.table.name)))
	if err != nil {
		return "", fmt.Errorf("try the conversion of %s row by row: %w", s.table.quoted(), err)
	}
	condition := "pg_temp.devenv_fails(t.*)"
	if c.where != "" {
		condition += " AND (" + c.where + ")"
	}
	return condition, nil
}

// conversion parses what a statement converts: ALTER COLUMN … TYPE, UPDATE … SET, CREATE INDEX on an expression, and
// a stored generated column.
func (s *search) conversion(ctx context.Context) (conversion, bool, error) {
	statement := strings.TrimRight(strings.TrimSpace(s.violation.Statement), "; \n")
	if c, ok := s.alteredType(statement); ok {
		return c, true, nil
	}
	if m := regexp.MustCompile(`(?is)\bADD\s+(?:COLUMN\s+)?\S+\s+(.+?)\s+GENERATED\s+ALWAYS\s+AS\s*(\(.*)$`).FindStringSubmatch(statement); m != nil {
		if inside, ok := balanced(m[2]); ok {
			return conversion{expression: inside, kind: m[1]}, true, nil
		}
	}
	if m := regexp.MustCompile(`(?is)^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\b.*?\bON\s+(?:ONLY\s+)?` + namePattern +
		`\s*(?:USING\s+\w+\s*)?(\(.*)$`).FindStringSubmatch(statement); m != nil {
		if inside, ok := balanced(m[2]); ok {
			return s.indexed(inside)
		}
	}
	return s.updated(ctx, statement)
}

func (s *search) alteredType(statement string) (conversion, bool) {
	m := regexp.MustCompile(`(?is)\bALTER\s+(?:COLUMN\s+)?("(?:[^"]|"")+"|[\w$]+)\s+(?:SET\s+DATA\s+)?TYPE\s+(.+?)(?:\s+COLLATE\s+\S+)?(?:\s+USING\s+(.+))?$`).
		FindStringSubmatch(statement)
	if m == nil {
		return conversion{}, false
	}
	name := unquoted(m[1:2])[0]
	c := conversion{expression: m[1], kind: pieces(m[2])[0], column: name, target: name}
	if m[3] == "" {
		return c, true
	}
	using := pieces(m[3])[0]
	if !plainCast(using, m[1]) {
		c.column = ""
	}
	c.expression = using
	return c, true
}

// plainCast reports whether USING does nothing but cast the column.
func plainCast(using, column string) bool {
	pattern := `(?is)^\(*\s*` + regexp.QuoteMeta(column) + `\s*\)*\s*(::\s*[\w\s.()",]+)?$`
	return regexp.MustCompile(pattern).MatchString(using)
}

// indexed returns the first element of an index that is an expression; its value is converted to text, which accepts
// every type.
func (s *search) indexed(inside string) (conversion, bool, error) {
	for _, element := range pieces(inside) {
		if !s.allColumns([]string{element}) {
			return conversion{expression: "(" + strings.Trim(element, " ") + ")::text", kind: "text"}, true, nil
		}
	}
	return conversion{}, false, nil
}

// updated returns the only assignment of an UPDATE without FROM.
func (s *search) updated(ctx context.Context, statement string) (conversion, bool, error) {
	m := regexp.MustCompile(`(?is)^\s*UPDATE\s+(?:ONLY\s+)?` + namePattern +
		`\s+SET\s+("(?:[^"]|"")+"|[\w$]+)\s*=\s*(.+?)(?:\s+WHERE\s+(.+))?$`).FindStringSubmatch(statement)
	if m == nil || len(pieces(m[3])) != 1 || regexp.MustCompile(`(?i)\bFROM\b`).MatchString(m[3]) {
		return conversion{}, false, nil
	}
	kind, target := "", unquoted(m[2:3])[0]
	err := s.tx.QueryRow(ctx, `SELECT coalesce((SELECT format_type(atttypid, atttypmod) FROM pg_attribute
		WHERE attrelid = $1 AND attname = $2 AND NOT attisdropped), '')`, s.table.oid, target).Scan(&kind)
	if err != nil {
		return conversion{}, false, err
	}
	if kind == "" {
		// The added column was rolled back. Casts in the expression itself are tried nevertheless.
		return conversion{expression: "(" + m[3] + ")::text", kind: "text", where: m[4], target: target}, true, nil
	}
	return conversion{expression: m[3], kind: kind, where: m[4], target: target}, true, nil
}

// shownUnfit returns a plain condition for a plain conversion; empty if there is none.
func (s *search) shownUnfit(ctx context.Context, c conversion) (string, error) {
	if c.column == "" {
		return "", nil
	}
	column := query.Identifier(c.column)
	kind, length, scale := query.TypeParts(c.kind)
	switch {
	case s.violation.SQLState == "23502":
		return column + " IS NULL", nil // a NOT NULL domain
	case s.violation.SQLState == "22001" && length > 0:
		return fmt.Sprintf("length(%s::text) > %d", column, length), nil
	case s.violation.SQLState == "22003" && integerLimits(kind) != "":
		return fmt.Sprintf("%s::numeric NOT BETWEEN %s", column, integerLimits(kind)), nil
	case s.violation.SQLState == "22003" && length > 0:
		return fmt.Sprintf("abs(round(%s::numeric, %d)) >= 1e%d", column, scale, length-scale), nil
	}
	var version int
	if err := s.tx.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return "", err
	}
	if version < 160000 {
		return "", nil
	}
	return fmt.Sprintf("NOT pg_input_is_valid(%s::text, %s)", column, query.Literal(c.kind)), nil
}

// integerLimits returns the range of an integer type, for BETWEEN.
func integerLimits(kind string) string {
	switch kind {
	case "smallint", "int2":
		return "-32768 AND 32767"
	case "integer", "int", "int4":
		return "-2147483648 AND 2147483647"
	case "bigint", "int8":
		return "-9223372036854775808 AND 9223372036854775807"
	}
	return ""
}
