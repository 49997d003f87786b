package codesearch

import (
	"regexp"
	"strings"
	"unicode"
)

// Names finds the lines that name a table or one of its columns. A column's name alone says little if other
// tables have it as well or if it is a plain word: then the table, or a class named after it, must be near.
type Names struct {
	// of is the table's name for a table, else the column's.
	of *regexp.Regexp
	// table finds the table's name or its class, declared the name in quotes, as in a declaration, and from the name
	// in a statement; all are nil for a table.
	table, declared, from *regexp.Regexp
	// accessed finds the column as an attribute or in quotes.
	accessed *regexp.Regexp
	// shared is set if other tables have a column of this name; compound if it is not a plain word.
	shared, compound bool
}

// NewNames returns a search for a table, as schema.table, or one of its columns; shared is set if other tables have a
// column of this name.
func NewNames(table, column string, shared bool) *Names {
	_, table, _ = strings.Cut(table, ".")
	if column == "" {
		return &Names{of: tablePattern(table)}
	}
	name := regexp.QuoteMeta(column)
	return &Names{
		of:       word(name),
		table:    word(strings.Join(namesOfRow(table), "|")),
		declared: regexp.MustCompile("[\"'`]" + regexp.QuoteMeta(table) + "[\"'`]"),
		from:     regexp.MustCompile(inStatement + regexp.QuoteMeta(table) + `\b`),
		accessed: regexp.MustCompile("\\." + name + "\\b|[\"'`]" + name + "[\"'`]"),
		shared:   shared, compound: isCompound(column),
	}
}

// inStatement matches what precedes a table in SQL.
const inStatement = `(?i)\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES)\s+(?:ONLY\s+)?"?(?:\w+"?\."?)?`

// tablePattern finds the name of a table where it is one: in SQL, in quotes, or anywhere if it is not a plain word.
func tablePattern(table string) *regexp.Regexp {
	name := regexp.QuoteMeta(table)
	if isCompound(table) {
		return word(name)
	}
	return regexp.MustCompile(inStatement + name + "\\b|[\"'`](?:\\w+\\.)?" + name + "(?:\\.\\w+)?[\"'`]")
}

func word(pattern string) *regexp.Regexp { return regexp.MustCompile(`\b(?:` + pattern + `)\b`) }

// isCompound reports whether a name has more than one word, or a digit, so that it hardly stands for anything else.
func isCompound(name string) bool {
	return strings.ContainsFunc(strings.TrimLeftFunc(name, unicode.IsUpper), func(r rune) bool { return !unicode.IsLower(r) })
}

// namesOfRow returns what code calls a table and its rows: order_items, order_item, OrderItems, OrderItem.
func namesOfRow(table string) []string {
	names := []string{table}
	switch stem, plural := strings.CutSuffix(table, "s"); {
	case strings.HasSuffix(table, "ies"):
		names = append(names, strings.TrimSuffix(table, "ies")+"y")
	case strings.HasSuffix(stem, "sse") || strings.HasSuffix(stem, "xe") || strings.HasSuffix(stem, "che"):
		names = append(names, strings.TrimSuffix(stem, "e"))
	case plural:
		names = append(names, stem)
	}
	for _, name := range names {
		var class strings.Builder
		for part := range strings.SplitSeq(name, "_") {
			if part != "" {
				class.WriteString(strings.ToUpper(part[:1]) + part[1:])
			}
		}
		names = append(names, class.String())
	}
	for i := range names {
		names[i] = regexp.QuoteMeta(names[i])
	}
	return names
}

// Lines returns the numbers of the lines that name it, except for comments and imports.
func (s *Names) Lines(content string) []int {
	if !s.of.MatchString(content) {
		return nil
	}
	var found []int
	inFile := s.table == nil || s.table.MatchString(content)
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		if s.of.MatchString(line) && !isRemark(line) && s.counts(lines, i, inFile) {
			found = append(found, i+1)
		}
	}
	return found
}

// isRemark reports whether a line is a comment or an import: modules are named after tables, and from members import
// looks like SQL.
func isRemark(line string) bool {
	return regexp.MustCompile(`^\s*(?:#|//|--|\*|/\*|<!--|(?:from\s+\S+\s+)?import\b)`).MatchString(line)
}

// counts reports whether a line that has the name means it; inFile is set if its file names the table.
func (s *Names) counts(lines []string, i int, inFile bool) bool {
	switch {
	case s.table == nil, s.compound && !s.shared, s.table.MatchString(lines[i]), s.inDefinition(lines, i), s.inSQL(lines, i):
		return true
	}
	return !s.shared && inFile && s.accessed.MatchString(lines[i])
}

// inDefinition reports whether a line is in a block that belongs to the table: one that starts with its name, or that
// declares it (__tablename__ = "members").
func (s *Names) inDefinition(lines []string, i int) bool {
	depth := depthOf(lines[i])
	for j := i - 1; j >= 0 && depth > 0; j-- {
		switch d := depthOf(lines[j]); {
		case strings.TrimSpace(lines[j]) == "" || d > depth:
		case d == depth:
			if s.declared.MatchString(lines[j]) {
				return true
			}
		default: // it starts the block
			if s.table.MatchString(lines[j]) {
				return true
			}
			depth = d
		}
	}
	return false
}

// depthOf returns a line's indentation.
func depthOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// statementLines is how many lines away a statement may name its table.
const statementLines = 5

// inSQL reports whether a line is in a statement on the table: one near it says FROM members, without an empty line in
// between.
func (s *Names) inSQL(lines []string, i int) bool {
	for _, step := range []int{1, -1} {
		for j := i + step; j >= 0 && j < len(lines) && max(i-j, j-i) <= statementLines && strings.TrimSpace(lines[j]) != ""; j += step {
			if s.from.MatchString(lines[j]) && !isRemark(lines[j]) {
				return true
			}
		}
	}
	return false
}
