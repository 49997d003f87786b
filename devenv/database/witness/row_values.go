package witness

import (
	"fmt"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// literalOf returns a text of the column's type in SQL.
func literalOf(c *catalog.Column, text string) string {
	switch {
	case c.Category == "N" && !strings.ContainsAny(text, "NIan"):
		return text
	case c.Base == "bool":
		return map[string]string{"t": "true", "f": "false", "true": "true", "false": "false"}[text]
	}
	return query.Literal(text)
}

// newValue returns a plain value of the column's type.
func newValue(c *catalog.Column, n int, labels []string) string {
	switch {
	case c.Kind == "e" && len(labels) > 0:
		return query.Literal(labels[0])
	case c.Category == "N":
		return "1"
	case c.Category == "A":
		return "'{}'"
	case c.Kind == "r", c.Kind == "m":
		return newRange(c, n)
	case c.TakesText():
		return freshValue(c, n, "")
	}
	values := map[string]string{
		"bool": "false", "date": "'2024-01-01'", "timestamp": "'2024-01-01 12:00:00'", "timestamptz": "'2024-01-01 12:00:00+00'",
		"time": "'12:00:00'", "timetz": "'12:00:00+00'", "interval": "'1 day'", "json": "'{}'", "jsonb": "'{}'", "xml": "'<x/>'",
		"inet": "'192.0.2.1'", "cidr": "'192.0.2.0/24'", "macaddr": "'08:00:2b:01:02:03'", "macaddr8": "'08:00:2b:01:02:03:04:05'",
		"bytea": `'\x01'`, "point": "'(0,0)'", "line": "'{1,0,0}'", "lseg": "'[(0,0),(1,1)]'", "box": "'(1,1),(0,0)'", "path": "'[(0,0),(1,1)]'",
		"polygon": "'((0,0),(1,0),(1,1))'", "circle": "'<(0,0),1>'", "bit": "B'" + strings.Repeat("0", max(1, bits(c.Type))) + "'",
		"varbit": "B'0'", "tsvector": "'devenv'", "tsquery": "'devenv'", "hstore": "''", "ltree": "'devenv'", "money": "1",
		"geometry": "'POINT(0 0)'", "geography": "'POINT(0 0)'", "pg_lsn": "'0/0'", "vector": "'[1]'",
	}
	if v, known := values[c.Base]; known {
		return v
	}
	return freshValue(c, n, "")
}

// bits returns the length of a bit type.
func bits(kind string) int {
	_, length, _ := query.TypeParts(kind)
	return length
}

// newRange returns a range that is not empty and overlaps no other one made here.
func newRange(c *catalog.Column, n int) string {
	text := fmt.Sprintf("[%d,%d)", 1000*n, 1000*n+10)
	switch strings.TrimSuffix(strings.TrimSuffix(c.Base, "multirange"), "range") {
	case "date":
		text = fmt.Sprintf("[%d-01-01,%d-02-01)", 3000+n, 3000+n)
	case "ts", "tstz":
		text = fmt.Sprintf("[%d-01-01 00:00,%d-02-01 00:00)", 3000+n, 3000+n)
	}
	if c.Kind == "m" {
		text = "{" + text + "}"
	}
	return query.Literal(text)
}

// freshValue returns a value unlike every other one, for types without a maximum; like is an existing value.
func freshValue(c *catalog.Column, n int, like string) string {
	switch {
	case c.Base == "uuid":
		return fmt.Sprintf("'de7e0000-0000-4000-8000-%012d'", n)
	case c.Base == "json", c.Base == "jsonb":
		return fmt.Sprintf(`'{"devenv": %d}'`, n)
	case c.Base == "bytea":
		return fmt.Sprintf(`'\x%08x'`, n)
	case c.Base == "inet":
		return fmt.Sprintf("'192.0.2.%d'", n%250+1)
	case c.Base == "bool":
		return map[bool]string{true: "true", false: "false"}[n%2 == 0]
	case c.Kind == "r", c.Kind == "m":
		return newRange(c, n)
	}
	text := fmt.Sprintf("devenv-%d", n)
	if strings.Contains(like, "@") {
		text += "@example.org"
	}
	if c.Length > 0 && len(text) > c.Length {
		text = fmt.Sprintf("%d", n)
		if len(text) > c.Length {
			text = text[len(text)-c.Length:]
		}
	}
	return query.Literal(text)
}

// aboveMaximum returns an aggregate for a value above every existing one; empty for types without an order of their
// own.
func aboveMaximum(c *catalog.Column, n int) string {
	name := query.Quote(c.Name)
	switch c.Base {
	case "int2", "int4", "int8", "numeric", "float4", "float8":
		return fmt.Sprintf("coalesce(max(%s), 0) + %d", name, n)
	case "date":
		return fmt.Sprintf("coalesce(max(%s), '2024-01-01')::date + %d", name, n)
	case "timestamp", "timestamptz":
		return fmt.Sprintf("coalesce(max(%s), '2024-01-01') + interval '%d days'", name, n)
	}
	return ""
}

// ofSameForm returns another text with letters and digits where a text has them, as a code that some expression gives a
// form: EUR becomes FVS, Y1 becomes Z2.
func ofSameForm(text string) string {
	next := func(r, first, last rune) rune { return first + (r-first+1)%(last-first+1) }
	return strings.Map(func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return next(r, '0', '9')
		case 'a' <= r && r <= 'z':
			return next(r, 'a', 'z')
		case 'A' <= r && r <= 'Z':
			return next(r, 'A', 'Z')
		}
		return r
	}, text)
}
