package checks

import (
	"fmt"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
)

func driftCatalog() Check {
	return Check{
		ID: "drift.catalog", Severity: report.StatusWarn, Needs: []Trial{TrialDrift, TrialModels},
		Asks: "is the schema that the models describe the one that the migrations make?",
		Page: driftCatalogPage, Judge: sayFromScratch(nameNotCompared(judgeCatalog), driftFromScratch),
	}
}

func judgeCatalog(f *Facts) Finding {
	switch {
	case !f.Models.Ran:
		return unasked(f.whyNotRun())
	case f.Models.NotCompared != "":
		return unasked(f.Models.NotCompared)
	case len(f.Models.Differences) == 0 && len(f.Drift.Operations) > 0:
		return clean("beyond what drift.models says, the catalogs of models and migrations agree")
	case len(f.Models.Differences) == 0:
		return clean("the catalogs of models and migrations agree")
	}
	var evidence []report.Evidence
	for _, d := range f.Models.Differences {
		evidence = append(evidence, report.Evidence{
			Revision: f.onlyRevision(), Message: driftObject(d), Statement: mendDrift(d),
			Detail: fmt.Sprintf("the models say %s, the migrations make %s", orNothing(d.Was), orNothing(d.Is)),
		})
	}
	first := f.Models.Differences[0]
	hint := "autogenerate does not see this; write it into upgrade(), and the way back into downgrade():\n    "
	if len(f.Revisions) == 0 {
		hint = "autogenerate does not see this; devenv new-migration --empty \"…\" makes a revision, write into its upgrade():\n    "
	}
	differ := fmt.Sprintf("models and migrations differ in %s: %s, but %s", driftObject(first), orNothing(first.Was), orNothing(first.Is))
	if strings.HasPrefix(first.Object, "index:") && first.Is == "" {
		differ = "the models have an index that the migrations do not make: " + first.Was
	}
	return found(differ+more(len(evidence)-1),
		hint+strings.ReplaceAll(mendDrift(first), "\n", "\n    "), evidence...)
}

// driftObject names what differs: the object, and of a column the facet.
func driftObject(d catalog.Difference) string { return strings.TrimSpace(d.Object + " " + d.Facet) }

// mendDrift is code that makes the migrations' schema what the models say. Names come from the difference.
func mendDrift(d catalog.Difference) string {
	kind, name, _ := strings.Cut(d.Object, ":")
	parts := strings.Split(name, ".")
	schema, last := parts[0], parts[len(parts)-1]
	in := ""
	if schema != "public" {
		in = fmt.Sprintf(", schema=%q", schema)
	}
	switch {
	case kind == "enum":
		return mendEnum(name, d)
	case kind == "constraint" && len(parts) == 3:
		return mendConstraint(schema, parts[1], last, in, d)
	case kind == "column" && len(parts) == 3 && d.Facet == "default":
		value := "None"
		if text, ok := strings.CutPrefix(d.Was, "default "); ok {
			value = fmt.Sprintf("sa.text(%q)", text)
		}
		return fmt.Sprintf("op.alter_column(%q, %q, server_default=%s%s)", parts[1], last, value, in)
	case kind == "column" && len(parts) == 3 && d.Facet == "type":
		return fmt.Sprintf("op.execute(%q)", "ALTER TABLE "+schema+"."+parts[1]+" ALTER COLUMN "+last+" TYPE "+d.Was)
	case kind == "index":
		lines := fmt.Sprintf("op.execute(%q)", d.Was)
		if d.Is != "" {
			lines = fmt.Sprintf("op.execute(%q)\n", "DROP INDEX "+name) + lines
		}
		return lines
	case kind == "sequence" && strings.HasPrefix(d.Was, "sequence as ") && d.Is != "":
		return fmt.Sprintf("op.execute(%q)", "ALTER SEQUENCE "+name+" AS "+strings.Fields(d.Was)[2])
	}
	return fmt.Sprintf("op.execute(\"…\")  # make %s: %s", driftObject(d), orNothing(d.Was))
}

// mendEnum adds the values that the models have more, each with its place.
func mendEnum(name string, d catalog.Difference) string {
	if d.Is == "" {
		return fmt.Sprintf("op.execute(%q)", "CREATE TYPE "+name+" AS ENUM "+d.Was)
	}
	var lines []string
	before := ""
	for _, value := range strings.Split(strings.Trim(d.Was, "()"), ", ") {
		if !strings.Contains(d.Is, value) {
			place := ""
			if before != "" {
				place = " AFTER " + before
			}
			lines = append(lines, fmt.Sprintf("    op.execute(%q)", "ALTER TYPE "+name+" ADD VALUE "+value+place))
		}
		before = value
	}
	if len(lines) == 0 {
		return fmt.Sprintf("op.execute(\"…\")  # make the type %s anew as %s and convert its columns", name, d.Was)
	}
	return "with op.get_context().autocommit_block():\n" + strings.Join(lines, "\n")
}

func mendConstraint(schema, table, name, in string, d catalog.Difference) string {
	var lines []string
	if d.Is != "" {
		lines = append(lines, fmt.Sprintf("op.drop_constraint(%q, %q%s)", name, table, in))
	}
	if d.Was != "" {
		lines = append(lines, fmt.Sprintf("op.execute(%q)", fmt.Sprintf("ALTER TABLE %s.%s ADD CONSTRAINT %s %s", schema, table, name, d.Was)))
	}
	return strings.Join(lines, "\n")
}

const driftCatalogPage = `The schema that the models describe (create_all in an empty database with the same extensions and schemas) must be the one
that the migrations make: values of enum types, expressions of CHECK constraints, server defaults, predicates, expressions
and methods of indexes, primary keys, identity, collations, generated columns, EXCLUDE, sequences. What differed on the base
already, and what only migrations can make (views, functions, triggers, grants), is left out.

Why it matters: autogenerate and "alembic check" do not see these, so the models promise what the database does not do.

Example: the model got a CHECK that the revision does not make; alembic check finds nothing.

    CheckConstraint("age >= 18", name="of_age")

How to mend: write the operation into the revision; the evidence names it.

How to allow it: # devenv: allow drift.catalog -- reason
`
