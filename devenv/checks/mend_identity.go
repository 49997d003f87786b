package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// counted is a column whose identity differs, with its default if that differs too: the two change together.
type counted struct {
	table, name     string // as SQL writes them
	identity, value catalog.Difference
}

// countedColumn returns the column of a difference in identity.
func countedColumn(identity catalog.Difference, all []catalog.Difference) (c counted, ok bool) {
	parts := strings.Split(strings.TrimPrefix(identity.Object, "column:"), ".")
	if identity.Facet != "identity" || len(parts) != 3 {
		return counted{}, false
	}
	c = counted{table: query.Table(parts[0], parts[1]), name: query.Identifier(parts[2]), identity: identity}
	if i := slices.IndexFunc(all, func(d catalog.Difference) bool { return d.Object == identity.Object && d.Facet == "default" }); i >= 0 {
		c.value = all[i]
	}
	return c, true
}

// isCounted reports whether a difference is covered by that in the identity of its column.
func isCounted(d catalog.Difference, all []catalog.Difference) bool {
	return d.Facet == "default" && slices.ContainsFunc(all, func(o catalog.Difference) bool {
		return o.Object == d.Object && o.Facet == "identity"
	})
}

// identity returns code that gives a column the models' identity. A default is dropped before an identity is added, and
// the sequence starts after the existing values.
func (m mender) identity(c counted) string {
	alter := "ALTER TABLE " + c.table + " ALTER COLUMN " + c.name
	var statements []string
	switch {
	case c.identity.Was == "":
		statements = append(statements, alter+" DROP IDENTITY")
		if sequence := sequenceOf(c.value.Was); sequence != "" {
			statements = append(
				statements, "CREATE SEQUENCE "+sequence+c.as()+" OWNED BY "+c.table+"."+c.name,
				alter+" SET "+strings.ToUpper(c.value.Was[:7])+c.value.Was[7:], c.goOn(),
			)
		}
	case c.identity.Is != "":
		statements = append(statements, alter+" SET "+strings.ToUpper(strings.TrimSuffix(c.identity.Was, " as identity")))
	default:
		if c.value.Is != "" {
			statements = append(statements, alter+" DROP DEFAULT")
		}
		if sequence := sequenceOf(c.value.Is); sequence != "" {
			statements = append(statements, "DROP SEQUENCE "+sequence)
		}
		statements = append(statements, alter+" ADD "+strings.ToUpper(c.identity.Was), c.goOn())
	}
	lines := make([]string, len(statements))
	for i, sql := range statements {
		lines[i] = m.execute(sql)
	}
	return strings.Join(lines, "\n")
}

// as returns the type of the column's sequence, as CREATE SEQUENCE takes it; "" for the one it has by default.
func (c counted) as() string {
	if c.identity.Type == "" || c.identity.Type == "bigint" {
		return ""
	}
	return " AS " + c.identity.Type
}

// goOn returns a statement that makes the column's sequence continue after the largest value; without values it does
// nothing.
func (c counted) goOn() string {
	column := strings.ReplaceAll(c.name, `"`, "") // the function takes the bare name
	return fmt.Sprintf("SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max(%s) FROM %s))",
		query.Literal(c.table), query.Literal(column), c.name, c.table)
}

// sequenceOf returns the sequence that a default uses, as SQL writes it, or an empty string when there is none.
func sequenceOf(value string) string {
	m := regexp.MustCompile(`nextval\('([^']+)'`).FindStringSubmatch(value)
	if m == nil {
		return ""
	}
	return m[1]
}

// drifts returns the code for several differences, in their order, without repeats.
func (m mender) drifts(differences []catalog.Difference) string {
	var lines []string
	for _, d := range differences {
		if code := m.drifting(d, differences); code != "" {
			lines = append(lines, code)
		}
	}
	return m.listed(lines)
}

// driftsBack returns the code that takes back what drifts returns, last first; "" if that is not known for all of it.
func (m mender) driftsBack(differences []catalog.Difference) string {
	var back []catalog.Difference
	var lines []string
	for _, d := range differences {
		kind, _, _ := strings.Cut(d.Object, ":")
		known := kind == "constraint" || kind == "index" || kind == "column" && slices.Contains([]string{"default", "identity", "type"}, d.Facet)
		if !known {
			return ""
		}
		back = append(back, d.Back())
	}
	for _, d := range slices.Backward(back) {
		if code := m.drifting(d, back); code != "" {
			lines = append(lines, code)
		}
	}
	if more := len(lines) - shownOperations; more > 0 {
		lines = append(lines[:0:0], fmt.Sprintf("%s the reverse of each, last first", m.Words().Comment))
	}
	return indented(strings.Join(lines, "\n"))
}

// drifting returns the code for one of several differences, or an empty string when the code for another covers it.
func (m mender) drifting(d catalog.Difference, all []catalog.Difference) string {
	if isCounted(d, all) {
		return ""
	}
	if c, ok := countedColumn(d, all); ok {
		return m.identity(c)
	}
	return m.drift(d)
}
