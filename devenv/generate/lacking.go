package generate

import (
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/migrations"
)

// lacking returns the failure for tables and columns that the base's models have and no migration of the base makes:
// the branch does not answer for them, but code that uses them fails. It returns nil if there is none. What is there is
// not lacking, even if autogenerate does not see it: it looks into no other schema unless told to.
func lacking(noise []migrations.Operation, there catalog.Catalog, base, upgrade string) error {
	var objects, code []string
	for _, o := range noise {
		kind, name, _ := strings.Cut(o.Object, ":")
		if o.Kind != migrations.CreateTable && o.Kind != migrations.AddColumn || isThere(there, o.Object, "view:"+name, "matview:"+name) {
			continue
		}
		if object := kind + " " + strings.TrimPrefix(name, "public."); !slices.Contains(objects, object) {
			objects = append(objects, object)
		}
		for line := range strings.Lines(o.Rendered) {
			code = append(code, "    "+strings.TrimRight(line, "\n"))
		}
	}
	if len(objects) == 0 {
		return nil
	}
	hint := "if no migration makes them, make one with devenv new-migration --empty \"…\", and write into its " + upgrade + ":\n" +
		strings.Join(code, "\n") + "\nif something else makes them, exclude them from autogenerate"
	return report.Fail(report.KindWork, hint, "make a migration: the branch needs none of its own, but models and migrations differ on %s "+
		"already: its models have %s, and no migration makes %s", base, listed(objects), pronoun(len(objects)))
}

// isThere reports whether a schema has one of some objects.
func isThere(schema catalog.Catalog, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := schema.Objects[name]; return ok })
}

// listed returns the first few of a list in words.
func listed(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
