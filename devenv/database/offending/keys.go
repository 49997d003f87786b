package offending

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"devenv/devenv/database/query"
)

// detailKey matches what Postgres reports about a key: Key (a, b)=(1, 2) is duplicated.
func detailKey() *regexp.Regexp { return regexp.MustCompile(`(?s)^Key \((.+?)\)=\((.*)\) (.*)$`) }

// duplicates selects rows whose key another row has too; for an INSERT or UPDATE, the row that already has the key.
func (s *search) duplicates(context.Context) (string, error) {
	m := detailKey().FindStringSubmatch(s.violation.Detail)
	columns := s.writtenKey()
	if m != nil {
		columns = pieces(m[1])
	}
	if len(columns) == 0 {
		return "", nil
	}
	if s.allColumns(columns) {
		s.besides = unquoted(columns)
		s.column = only(s.besides)
	}
	if m != nil && strings.Contains(m[3], "already exists") {
		return s.holder(columns, m[2]), nil
	}
	if s.added(columns) {
		return s.everyRow(), nil // every row gets the default
	}
	where, and := "", ""
	if p := regexp.MustCompile(`(?is)^\s*CREATE\s+UNIQUE\s+INDEX\b.*\)\s*WHERE\s+(.+?)\s*;?\s*$`).FindStringSubmatch(s.violation.Statement); p != nil {
		where, and = " WHERE "+p[1], " AND ("+p[1]+")"
	}
	list := strings.Join(columns, ", ")
	return fmt.Sprintf("(%s) IN (SELECT %s FROM %s%s GROUP BY %s HAVING count(*) > 1)%s", list, list,
		s.table.quoted(), where, list, and), nil
}

// writtenKey returns the key in a statement that adds it: CREATE UNIQUE INDEX, ADD UNIQUE, ADD PRIMARY KEY.
func (s *search) writtenKey() []string {
	m := regexp.MustCompile(`(?is)\b(?:UNIQUE\s+INDEX\b.*?\bON\s.*?|UNIQUE\s*|PRIMARY\s+KEY\s*)(\(.*)$`).FindStringSubmatch(s.violation.Statement)
	if m == nil {
		return nil
	}
	inside, ok := balanced(m[1])
	if !ok {
		return nil
	}
	return pieces(inside)
}

// holder selects the row that already has a key of one column. A key of several columns cannot be split safely at its
// commas.
func (s *search) holder(columns []string, value string) string {
	if len(columns) != 1 {
		return ""
	}
	return "(" + columns[0] + ")::text = " + query.Literal(value)
}

// orphans selects rows whose foreign key references nothing; if parents were deleted, the rows that still reference
// them.
func (s *search) orphans(ctx context.Context) (string, error) {
	if m := detailKey().FindStringSubmatch(s.violation.Detail); m != nil && strings.Contains(m[3], "still referenced") {
		return s.pointing(ctx, m)
	}
	if m := detailKey().FindStringSubmatch(s.violation.Detail); m != nil && s.added(pieces(m[1])) {
		return s.everyRow(), nil // every row gets the default
	}
	local, parent, remote, err := s.foreignKey(ctx)
	if err != nil || len(local) == 0 || len(local) != len(remote) {
		return "", err
	}
	s.besides, s.column = local, only(local)
	match := make([]string, len(local))
	filled := make([]string, len(local))
	for i := range local {
		match[i] = "p." + query.Identifier(remote[i]) + " = t." + query.Identifier(local[i])
		filled[i] = "t." + query.Identifier(local[i]) + " IS NOT NULL"
	}
	return fmt.Sprintf("%s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)",
		strings.Join(filled, " AND "), parent, strings.Join(match, " AND ")), nil
}

// pointing selects rows of the child table that reference the parent to be deleted.
func (s *search) pointing(ctx context.Context, m []string) (string, error) {
	local, _, remote, err := s.foreignKey(ctx)
	if err != nil || len(local) != 1 || len(remote) != 1 {
		return "", err
	}
	s.besides, s.column = local, local[0]
	return "t." + query.Identifier(local[0]) + "::text = " + query.Literal(m[2]), nil
}

// foreignKey reads the constraint from the catalog if it exists, else from the statement that adds it.
func (s *search) foreignKey(ctx context.Context) (local []string, parent string, remote []string, err error) {
	definition := s.violation.Statement
	var kept string
	err = s.tx.QueryRow(ctx, `SELECT coalesce((SELECT pg_get_constraintdef(oid) FROM pg_constraint
		WHERE conrelid = $1 AND conname = $2 AND contype = 'f'), '')`, s.table.oid, s.violation.Constraint).Scan(&kept)
	if err != nil {
		return nil, "", nil, err
	}
	if kept != "" {
		definition = kept
	}
	m := regexp.MustCompile(`(?is)(?:FOREIGN\s+KEY\s*\(([^)]+)\)\s*)?REFERENCES\s+` + namePattern +
		`\s*(?:\(([^)]+)\))?`).FindStringSubmatch(definition)
	if m == nil {
		return nil, "", nil, nil
	}
	local, parent, remote = unquoted(pieces(m[1])), m[2], unquoted(pieces(m[3]))
	if m[3] == "" {
		p := search{tx: s.tx}
		if _, err := p.lookUp(ctx, parent); err != nil {
			return nil, "", nil, err
		}
		remote = p.table.primary
	}
	if m[1] == "" {
		local = nil // a column's own REFERENCES: the column was rolled back with the statement
	}
	return local, parent, remote, nil
}

// added reports whether the key is a single column which the failed statement itself adds.
func (s *search) added(key []string) bool {
	return len(key) == 1 && !s.allColumns(key) && s.adds(only(unquoted(key)))
}

// adds reports whether the failed statement adds the column.
func (s *search) adds(column string) bool {
	m := regexp.MustCompile(`(?is)\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)`).FindStringSubmatch(s.violation.Statement)
	return m != nil && !s.table.has(column) && only(unquoted(m[1:])) == column
}

// overlapping selects rows that conflict under an exclusion constraint, from the statement that adds it.
func (s *search) overlapping(context.Context) (string, error) {
	m := regexp.MustCompile(`(?is)\bEXCLUDE\s+(?:USING\s+\w+\s*)?(\(.*)$`).FindStringSubmatch(s.violation.Statement)
	if m == nil {
		return "", nil
	}
	inside, ok := balanced(m[1])
	if !ok {
		return "", nil
	}
	var matches []string
	for _, element := range pieces(inside) {
		with := regexp.MustCompile(`(?is)^(.+?)\s+WITH\s+(\S+)$`).FindStringSubmatch(element)
		if with == nil || !s.allColumns([]string{with[1]}) {
			return "", nil
		}
		matches = append(matches, "o."+with[1]+" "+with[2]+" t."+with[1])
	}
	return fmt.Sprintf("EXISTS (SELECT FROM %s AS o WHERE o.ctid <> t.ctid AND %s)", s.table.quoted(), strings.Join(matches, " AND ")), nil
}

// checkDefinition returns the violated CHECK, from the catalog if the constraint exists, else from the statement.
func (s *search) checkDefinition(ctx context.Context) (definition string, err error) {
	err = s.tx.QueryRow(ctx, `SELECT coalesce((SELECT pg_get_constraintdef(oid) FROM pg_constraint
		WHERE conrelid = $1 AND conname = $2 AND contype = 'c'), '')`, s.table.oid, s.violation.Constraint).Scan(&definition)
	if err != nil || definition != "" {
		return definition, err
	}
	return s.writtenCheck()
}

// breaking selects rows that violate a CHECK.
func (s *search) breaking(ctx context.Context) (string, error) {
	definition, err := s.checkDefinition(ctx)
	if err != nil {
		return "", err
	}
	at := regexp.MustCompile(`(?i)\bCHECK\s*\(`).FindStringIndex(definition)
	if at == nil {
		return "", nil
	}
	expression, ok := balanced(definition[at[0]:])
	if !ok {
		return "", nil
	}
	if s.violation.Column != "" && strings.Contains(strings.ToUpper(s.violation.Statement), "DOMAIN") {
		expression = regexp.MustCompile(`(?i)\bVALUE\b`).ReplaceAllLiteralString(expression, query.Identifier(s.violation.Column))
	}
	return "NOT (" + expression + ")", nil
}

// writtenCheck returns the statement from the constraint's name on.
func (s *search) writtenCheck() (string, error) {
	if s.violation.Constraint == "" {
		return s.violation.Statement, nil
	}
	if at := strings.Index(s.violation.Statement, s.violation.Constraint); at >= 0 {
		return s.violation.Statement[at:], nil
	}
	return s.violation.Statement, nil
}
