package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// counted is a column whose identity differs, and its default, where that differs as well: they change together.
type counted struct {
	table, name     string // as SQL writes them
	identity, value catalog.Difference
}

// countedColumn returns the column of an identity's difference.
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

// isCounted reports whether a difference is told together with the identity of its column.
func isCounted(d catalog.Difference, all []catalog.Difference) bool {
	return d.Facet == "default" && slices.ContainsFunc(all, func(o catalog.Difference) bool { return o.Object == d.Object && o.Facet == "identity" })
}

// identity makes a column count as the models say. A default goes before an identity comes, and the sequence begins after what is there.
func (m mender) identity(c counted) string {
	alter := "ALTER TABLE " + c.table + " ALTER COLUMN " + c.name
	var statements []string
	switch {
	case c.identity.Was == "":
		statements = append(statements, alter+" DROP IDENTITY")
		if sequence := sequenceOf(c.value.Was); sequence != "" {
			statements = append(statements, "CREATE SEQUENCE "+sequence+" OWNED BY "+c.table+"."+c.name, alter+" SET "+strings.ToUpper(c.value.Was[:7])+c.value.Was[7:], c.goOn())
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

// goOn is a statement that lets the column's sequence go on after the largest value; it does nothing where there is none.
func (c counted) goOn() string {
	column := strings.ReplaceAll(c.name, `"`, "") // which the function takes as it is, not as SQL writes it
	return fmt.Sprintf("SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max(%s) FROM %s))", query.Literal(c.table), query.Literal(column), c.name, c.table)
}

// sequenceOf returns the sequence that a default takes its values from, as SQL writes it; empty where there is none.
func sequenceOf(value string) string {
	m := regexp.MustCompile(`nextval\('([^']+)'`).FindStringSubmatch(value)
	if m == nil {
		return ""
	}
	return m[1]
}

// drifts is the code for differences, in their order, each once.
func (m mender) drifts(differences []catalog.Difference) string {
	var lines []string
	for _, d := range differences {
		if code := m.drifting(d, differences); code != "" {
			lines = append(lines, code)
		}
	}
	if more := len(lines) - shownOperations; more > 0 {
		lines = append(lines[:shownOperations], fmt.Sprintf("%s and %d more, listed above", m.Words().Comment, more))
	}
	return indented(strings.Join(lines, "\n"))
}

// drifting is the code for one difference of several; empty where another's holds it.
func (m mender) drifting(d catalog.Difference, all []catalog.Difference) string {
	if isCounted(d, all) {
		return ""
	}
	if c, ok := countedColumn(d, all); ok {
		return m.identity(c)
	}
	return m.drift(d)
}
