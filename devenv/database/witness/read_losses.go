package witness

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// cuts restricts a text that a statement cuts to a length to be longer, unless another statement has kept it before.
func (r *reading) cuts(s sqlText, statements []string) {
	t := r.named(s.changes())
	if t == nil {
		return
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		length := s.cutTo(c.Name)
		if length == 0 || !c.TakesText() || c.Generated != "" || c.Length > 0 && c.Length <= length || t.Unique(c.Number) || keeps(statements, s, t, c) {
			continue
		}
		most := length + 12
		if c.Length > 0 {
			most = min(most, c.Length)
		}
		r.add(t, Restriction{
			Kind: RestrictLoss, Statement: r.sql, columns: []int16{c.Number}, value: fmt.Sprintf("repeat('n', %d)", most),
			shown: fmt.Sprintf("coalesce(max(char_length(%s)), 0) <= %d", query.Quote(c.Name), length),
			What:  fmt.Sprintf("%s.%s can be longer than %d characters, and is cut to them", t.Quoted(), c.Name, length),
		})
	}
}

// removes restricts a DELETE of rows that are there twice to find some that differ in other columns, whose values go. When a
// row was made is no such value.
func (r *reading) removes(s sqlText, statements []string) {
	t := r.named(s.changes())
	if t == nil || s.verb != "delete" && s.verb != "with" {
		return
	}
	var key, beside []int16
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case s.groups(c.Name):
			key = append(key, c.Number)
		case c.Generated == "" && !c.IsSerial() && !t.Unique(c.Number) && (!c.FillsItself() || c.Category != "D"):
			beside = append(beside, c.Number)
		}
	}
	if len(key) == 0 || len(beside) == 0 || keeps(statements, s, t, nil) {
		return
	}
	r.add(t, Restriction{
		Kind: RestrictLoss, Statement: r.sql, columns: key, beside: beside, What: "two rows of " + t.Quoted() + " have the same " +
			strings.Join(t.Names(key), ", ") + ", and one of them is deleted with what it has in " + strings.Join(t.Names(beside), ", "),
	})
}

// named returns the table of a name before the move.
func (r *reading) named(name string) *catalog.Table {
	i := slices.IndexFunc(r.before.Tables, func(t catalog.Table) bool { return t.Name == name && !t.Partition })
	if name == "" || i < 0 {
		return nil
	}
	return &r.before.Tables[i]
}

// keeps reports whether another statement may have kept what one takes from a table, from a column of it if one is given.
func keeps(statements []string, taking sqlText, t *catalog.Table, c *catalog.Column) bool {
	return slices.ContainsFunc(statements, func(sql string) bool {
		s := parse(sql)
		copies := s.words["insert"] || s.words["merge"] || s.verb == "create" && s.words["select"]
		if s.text == taking.text {
			return copies
		}
		if s.words["update"] {
			copies = copies || c == nil || regexp.MustCompile(`(?is)=[^=,]*`+nameIn(c.Name)).MatchString(s.plain)
		}
		return copies && s.names(t.Name) && (c == nil || s.reads(c.Name))
	})
}

// findKept marks the changes of types before which a statement may have copied the column elsewhere.
func findKept(known []Restriction, statements []string) {
	for i := range known {
		if k := &known[i]; k.Kind == RestrictType && len(k.columns) == 1 {
			k.kept = keeps(statements, sqlText{}, k.before, k.before.Column(k.columns[0]))
		}
	}
}

// changes returns the name of the table whose rows the statement changes.
func (s sqlText) changes() string {
	m := regexp.MustCompile(`(?i)\b(?:alter\s+table|update|delete\s+from)\s+(?:only\s+)?(?:if\s+exists\s+)?(?:"?\w+"?\.)?("[^"]+"|\w+)`).FindStringSubmatch(s.plain)
	if m == nil {
		return ""
	}
	return strings.Trim(m[1], `"`)
}

// cutTo returns the length to which the statement cuts a column's own text; 0 if it does not.
func (s sqlText) cutTo(column string) int {
	name := nameIn(column)
	inner := `\s*\(\s*(?:\w+\s*\(\s*)?(?:\w+\.)?` + name + `(?:\s*::\s*text)?\s*\)?\s*`
	cut := `(?:left` + inner + `,\s*(\d+)|substr(?:ing)?` + inner + `(?:,\s*1\s*,|from\s+1\s+for)\s*(\d+)|` + name +
		`\s*::\s*(?:varchar|char|character\s+varying)\s*\(\s*(\d+))`
	into := `(?is)(?:\balter\s+(?:column\s+)?` + name + `\s+(?:set\s+data\s+)?type\b[^,;]*\busing\s+|\bset\b.*` + name + `\s*=\s*)[\s(]*`
	m := regexp.MustCompile(into + cut).FindStringSubmatch(s.plain)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1] + m[2] + m[3])
	return n
}

// groups reports whether the statement takes rows with the same value in a column for the same.
func (s sqlText) groups(column string) bool {
	if !s.twiceNamed() {
		return false
	}
	for _, at := range regexp.MustCompile(`(?i)\b(?:partition|group)\s+by\b`).FindAllStringIndex(s.plain, -1) {
		if regexp.MustCompile(`(?i)` + nameIn(column)).MatchString(grouped(s.plain[at[1]:])) {
			return true
		}
	}
	same := regexp.MustCompile(`(?i)"?(\w+)"?\.` + nameIn(column) + `\s*=\s*"?(\w+)"?\.` + nameIn(column) + `(?:\W|$)`).FindStringSubmatch(s.plain)
	return same != nil && !strings.EqualFold(same[1], same[2])
}

// grouped returns the expressions of a PARTITION BY or GROUP BY, from what follows it.
func grouped(rest string) string {
	ends := regexp.MustCompile(`(?i)^\s(?:order|having|limit|window)\b`)
	depth := 0
	for i := range rest {
		switch rest[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 || depth == 0 && ends.MatchString(rest[i:]) {
			return rest[:i]
		}
	}
	return rest
}

// twiceNamed reports whether the statement reads the table that it changes a second time.
func (s sqlText) twiceNamed() bool {
	return len(regexp.MustCompile(`(?i)(?:\bfrom|\busing|\bjoin|,)\s+(?:only\s+)?(?:"?\w+"?\.)?`+nameIn(s.changes())+`(?:\W|$)`).FindAllString(s.plain, -1)) > 1
}

// loss attempts a row whose text is cut, or one that differs from another beside its key.
func (b *breaker) loss(ctx context.Context, r Restriction) ([]attempt, error) {
	if r.beside != nil {
		return b.differing(ctx, r)
	}
	attempts, err := b.oneValue(ctx, r)
	return attempts[:min(1, len(attempts))], err
}

// Lost reports whether the last row of a witness has lost, after the move, what it was made to lose, or the end of a text
// that no longer fits. deleted tells whether a DELETE of its table that found no row of the data has found some.
func (w Witness) Lost(ctx context.Context, conn *pgx.Conn, deleted func(table string) bool) (lost bool, err error) {
	r := w.Restriction
	value, most := r.value, 0
	switch {
	case r.Kind == RestrictLoss && r.beside != nil:
		return deleted(r.before.Name), nil
	case r.Kind == RestrictType && !r.kept && len(r.columns) == 1:
		c := r.after.Column(r.columns[0])
		value, most = w.wanted[r.columns[0]], c.Length
		if value == "" || most == 0 || !c.TakesText() || !r.before.Column(c.Number).TakesText() {
			return false, nil
		}
	case r.Kind != RestrictLoss:
		return false, nil
	}
	err = conn.QueryRow(ctx, fmt.Sprintf("SELECT char_length(%[1]s) > %d AND NOT EXISTS (SELECT FROM %s t WHERE position((%[1]s)::text IN t::text) > 0)",
		value, most, query.Quote(r.after.Schema, r.after.Name)), pgx.QueryExecModeSimpleProtocol).Scan(&lost)
	return lost, query.UnlessRefused(err)
}
