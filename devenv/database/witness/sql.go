package witness

import (
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// sqlText is a statement, as far as it has to be understood: its text without comments, and the same without literals.
type sqlText struct {
	text, plain string
	// verb is its first word, and words are all its names and words, in lower case.
	verb  string
	words map[string]bool
}

// parse reads a statement.
func parse(sql string) sqlText {
	s := sqlText{words: map[string]bool{}}
	s.text = strings.TrimSpace(regexp.MustCompile(`(?s)/\*.*?\*/|--[^\n]*`).ReplaceAllString(sql, " "))
	s.plain = regexp.MustCompile(`'(?:[^']|'')*'`).ReplaceAllString(s.text, "''")
	for _, w := range wordsIn().FindAllString(s.plain, -1) {
		if s.verb == "" {
			s.verb = strings.ToLower(w)
		}
		s.words[strings.ToLower(strings.Trim(w, `"`))] = true
	}
	return s
}

// names reports whether the statement contains a name.
func (s sqlText) names(name string) bool { return s.words[strings.ToLower(name)] }

// reads reports whether the statement may read a column.
func (s sqlText) reads(column string) bool {
	return s.names(column) || regexp.MustCompile(`(?i)\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*`).MatchString(s.plain)
}

// isQuery reports whether the statement only reads.
func (s sqlText) isQuery() bool {
	return s.verb == "select" || s.verb == "with" && !s.words["insert"] && !s.words["update"] && !s.words["delete"]
}

// moves reports whether the statement computes values from those of rows.
func (s sqlText) moves() bool {
	switch s.verb {
	case "update", "with", "merge":
		return true
	case "insert", "create":
		return s.words["select"] && !s.words["function"] && !s.words["trigger"] && !s.words["view"] && !s.words["policy"]
	}
	return false
}

// target returns the name of the table that the statement writes.
func (s sqlText) target() string {
	m := regexp.MustCompile(`(?i)\b(?:insert\s+into|update(?:\s+only)?|merge\s+into)\s+(?:"?\w+"?\.)?("[^"]+"|\w+)`).FindStringSubmatch(s.plain)
	if m == nil {
		return ""
	}
	return strings.Trim(m[1], `"`)
}

// compares reports whether the statement compares a column with =.
func (s sqlText) compares(column string) bool {
	name := nameIn(column)
	return regexp.MustCompile(`(?i)` + name + `\s*\)*\s*=[^=]|=\s*(?:\w+\s*\(\s*)*(?:\w+\.)?` + name + `(?:\W|$)`).MatchString(s.where())
}

// folds reports whether the statement compares a text as a function of it, such as lower, gives it.
func (s sqlText) folds(column string) bool {
	return regexp.MustCompile(`(?i)\b(?:lower|upper|initcap|b?trim|[lr]trim|replace|translate)\s*\([^()]*` + nameIn(column)).MatchString(s.where())
}

// separator returns what the statement splits a text at; empty if it does not.
func (s sqlText) separator(column string) string {
	m := regexp.MustCompile(`(?i)\bstring_to_array\s*\([^,]*` + nameIn(column) + `[^,]*,\s*'([^']+)'`).FindStringSubmatch(s.text)
	if m == nil {
		return ""
	}
	return m[1]
}

// comparedWith returns the names that the statement compares with a column.
func (s sqlText) comparedWith(column string) (names []string) {
	side := `(?:"?\w+"?\.)?("[^"]+"|\w+)`
	for _, m := range regexp.MustCompile(side+`\s*\)*\s*=\s*(?:\w+\s*\(\s*)*`+side).FindAllStringSubmatch(s.where(), -1) {
		one, other := strings.Trim(m[1], `"`), strings.Trim(m[2], `"`)
		switch {
		case strings.EqualFold(one, column):
			names = append(names, other)
		case strings.EqualFold(other, column):
			names = append(names, one)
		}
	}
	return names
}

// where returns what follows the first WHERE, ON or USING: what comes before may be SET a = b.
func (s sqlText) where() string {
	at := regexp.MustCompile(`(?i)\b(?:where|on|using)\b`).FindStringIndex(s.plain)
	if at == nil {
		return ""
	}
	return s.plain[at[0]:]
}

// expectsOne reports whether the statement has a subquery of which it takes one value.
func (s sqlText) expectsOne() bool {
	for _, at := range regexp.MustCompile(`(?i)\(\s*select\b`).FindAllStringIndex(s.plain, -1) {
		before := strings.ToLower(strings.TrimSpace(s.plain[:at[0]]))
		inner := s.plain[at[0]:closing(s.plain, at[0])]
		listed := regexp.MustCompile(`\b(?:in|exists|any|all|some|from|join|array|lateral|as|into)$`).MatchString(before) ||
			strings.HasSuffix(before, "from") || s.verb == "insert" && strings.HasSuffix(before, ")")
		single := regexp.MustCompile(`(?i)\blimit\b|\bfetch\s+first\b|^\(\s*select\s+(?:coalesce\s*\(\s*)?` +
			`(?:min|max|sum|count|avg|bool_or|bool_and|string_agg|array_agg|jsonb?_\w*agg)\s*\(`).MatchString(inner)
		if !listed && !single {
			return true
		}
	}
	return false
}

// calculates reports whether the statement divides, or takes a logarithm or a root.
func (s sqlText) calculates() bool {
	return regexp.MustCompile(`(?i)[/%]|\b(?:mod|div|ln|log|log10|sqrt|power|width_bucket)\s*\(`).MatchString(s.plain)
}

// subtractedFrom returns the numbers that the statement subtracts from a column.
func (s sqlText) subtractedFrom(column string) (numbers []string) {
	for _, m := range regexp.MustCompile(`(?i)`+nameIn(column)+`\s*-\s*(\d+(?:\.\d+)?)`).FindAllStringSubmatch(s.plain, -1) {
		numbers = append(numbers, m[1])
	}
	return numbers
}

// multiplies reports whether the statement multiplies a column as it is.
func (s sqlText) multiplies(column string) bool {
	return regexp.MustCompile(`(?i)` + nameIn(column) + `\s*\*|\*\s*(?:\w+\.)?` + nameIn(column) + `(?:[^:\w"]|$)`).MatchString(s.plain)
}

// splits reports whether the statement takes a text apart.
func (s sqlText) splits() bool {
	return regexp.MustCompile(`(?i)\b(?:split_part|string_to_array|regexp_\w+|substr|substring|position|strpos|left|right)\s*\(|\]`).MatchString(s.plain)
}

// keysOf returns the keys that the statement takes from a JSON column.
func (s sqlText) keysOf(column string) (keys []string) {
	for _, m := range regexp.MustCompile(`(?i)`+nameIn(column)+`(?:\s*::\s*jsonb?)?\s*\)*\s*->>?\s*'(\w+)'`).FindAllStringSubmatch(s.text, -1) {
		if !slices.Contains(keys, m[1]) {
			keys = append(keys, m[1])
		}
	}
	return keys
}

// nameIn is a pattern for a column's name.
func nameIn(column string) string {
	return `(?:\b` + regexp.QuoteMeta(column) + `\b|` + regexp.QuoteMeta(query.Quote(column)) + `)`
}

// castOf returns the type to which the statement casts a column, or an expression with it; nil if it casts none, or to
// a type that takes every text.
func (s sqlText) castOf(column string) *catalog.Column {
	named := regexp.MustCompile(`(?i)` + nameIn(column))
	for _, at := range regexp.MustCompile(`::\s*"?([A-Za-z_]\w*)`).FindAllStringSubmatchIndex(s.plain, -1) {
		if kind := kindNamed(s.plain[at[2]:at[3]]); kind != nil && named.MatchString(operand(s.plain[:at[0]])) {
			return kind
		}
	}
	converts := regexp.MustCompile(`(?i)\b(cast|to_date|to_timestamp|to_number|decode|xmlparse)\s*\(`)
	for _, at := range converts.FindAllStringSubmatchIndex(s.plain, -1) {
		inner := s.plain[at[1]-1 : closing(s.plain, at[1]-1)]
		if kind := converted(strings.ToLower(s.plain[at[2]:at[3]]), inner); kind != nil && named.MatchString(inner) {
			return kind
		}
	}
	return nil
}

// converted returns the type to which a function converts a text, nil if to text.
func converted(function, arguments string) *catalog.Column {
	switch function {
	case "cast":
		m := regexp.MustCompile(`(?is)\bAS\s+"?(\w+)"?[^)]*\)$`).FindStringSubmatch(arguments)
		if m == nil {
			return nil
		}
		return kindNamed(m[1])
	case "to_number":
		return kindNamed("numeric")
	case "decode":
		return kindNamed("bytea")
	case "xmlparse":
		return kindNamed("xml")
	}
	return kindNamed("date")
}

// operand returns what precedes a cast: a name, or parentheses with the function that they belong to.
func operand(before string) string {
	before = strings.TrimRight(before, " \n\t")
	if !strings.HasSuffix(before, ")") {
		return regexp.MustCompile(`[\w."$]*$`).FindString(before)
	}
	depth := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return before[i:]
			}
		}
	}
	return before
}

// closing returns where the parenthesis at a place is closed.
func closing(text string, at int) int {
	depth := 0
	for i := at; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// kindNamed returns a type by a name that SQL has for it, as far as texts needs it; nil for types of text.
func kindNamed(name string) *catalog.Column {
	name = strings.ToLower(name)
	switch {
	case slices.Contains([]string{"text", "varchar", "character", "char", "name", "citext", "regclass"}, name):
		return nil
	case regexp.MustCompile(`^(?:(?:big|small)?int(?:eger)?|int[248]|numeric|decimal|real|double|float[48]?|money)$`).MatchString(name):
		return &catalog.Column{Base: "numeric", Category: "N"}
	}
	return &catalog.Column{Base: name}
}
