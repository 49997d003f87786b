package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/migrations"
)

// drift returns code that changes the migrations' schema to match the models. It takes the names from the difference.
func (m mender) drift(d catalog.Difference) string {
	kind, name, _ := strings.Cut(d.Object, ":")
	parts := strings.Split(name, ".")
	schema, last := parts[0], parts[len(parts)-1]
	switch {
	case kind == "enum":
		return m.enum(name, d)
	case kind == "constraint" && len(parts) == 3:
		return m.constraint(schema, parts[1], last, d)
	case kind == "column" && len(parts) == 3 && d.Facet == "default":
		return m.columnDefault(schema, parts[1], last, d)
	case kind == "column" && len(parts) == 3 && d.Facet == "type":
		return m.execute("ALTER TABLE " + schema + "." + parts[1] + " ALTER COLUMN " + last + " TYPE " + d.Was)
	case kind == "index":
		var lines []string
		if d.Is != "" {
			lines = append(lines, m.execute("DROP INDEX "+name))
		}
		if d.Was != "" {
			lines = append(lines, m.execute(d.Was))
		}
		return strings.Join(lines, "\n")
	case kind == "sequence" && strings.HasPrefix(d.Was, "sequence as ") && d.Is != "":
		return m.execute("ALTER SEQUENCE " + name + " AS " + strings.Fields(d.Was)[2])
	}
	return m.Code(migrations.Proposal{SQL: "…", Comment: fmt.Sprintf("make %s: %s", driftObject(d), orNothing(d.Was))})
}

// columnDefault returns code that gives a column the models' default, or none.
func (m mender) columnDefault(schema, table, name string, d catalog.Difference) string {
	p := column(migrations.ProposeDefault, schema, table, name, "ALTER COLUMN "+name+" DROP DEFAULT")
	if text, ok := strings.CutPrefix(d.Was, "default "); ok {
		p = column(migrations.ProposeDefault, schema, table, name, "ALTER COLUMN "+name+" SET DEFAULT "+text)
		p.Value = text
	}
	return m.Code(p)
}

// enum returns code that adds the values that only the models have, each in its place.
func (m mender) enum(name string, d catalog.Difference) string {
	if d.Is == "" {
		return m.execute("CREATE TYPE " + name + " AS ENUM " + d.Was)
	}
	var lines []string
	before := ""
	for _, value := range strings.Split(strings.Trim(d.Was, "()"), ", ") {
		if !strings.Contains(d.Is, value) {
			place := ""
			if before != "" {
				place = " AFTER " + before
			}
			lines = append(lines, m.execute("ALTER TYPE "+name+" ADD VALUE "+value+place))
		}
		before = value
	}
	if len(lines) == 0 {
		comment := fmt.Sprintf("recreate the type %s as %s and convert its columns", name, d.Was)
		return m.Code(migrations.Proposal{SQL: "…", Comment: comment})
	}
	return m.Alone(strings.Join(lines, "\n"))
}

// constraint returns code that makes a constraint match the models.
func (m mender) constraint(schema, table, name string, d catalog.Difference) string {
	var lines []string
	if d.Is != "" {
		lines = append(lines, m.Code(column(migrations.ProposeNoConstraint, schema, table, name, "DROP CONSTRAINT "+name)))
	}
	if d.Was != "" {
		lines = append(lines, m.execute(fmt.Sprintf("ALTER TABLE %s.%s ADD CONSTRAINT %s %s", schema, table, name, d.Was)))
	}
	return strings.Join(lines, "\n")
}
