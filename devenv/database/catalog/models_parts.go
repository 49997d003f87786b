package catalog

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// driftOfParts compares a column or a table facet by facet; old means that the base has it.
func driftOfParts(object string, models, migrated []string, old bool) []Difference {
	was, is := facets(models), facets(migrated)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	var found []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, b := was[name], is[name]
		if spelling(a) == spelling(b) || a == "" && tolerated(object, name, old) {
			continue
		}
		d := Difference{Object: object, Facet: name, Was: a, Is: b}
		if name == "identity" {
			d.Type = is["type"]
		}
		found = append(found, d)
	}
	return found
}

// tolerated reports whether a facet that only the database has is no drift: models cannot express it for a table, or
// it is a default that filled a new column in existing rows.
func tolerated(object, facet string, old bool) bool {
	return strings.HasPrefix(object, "table:") && facet != "comment" || facet == "storage" ||
		facet == "compression" || facet == "default" && !old
}

// facets returns a definition's parts by name. The first is the type, or a table's kind.
func facets(parts []string) map[string]string {
	named := map[string]string{}
	for i, part := range parts {
		name, _, _ := strings.Cut(part, " ")
		switch {
		case i == 0:
			name = "type"
		case name == "not":
			name = "not null"
		case strings.HasSuffix(part, " as identity"):
			name = "identity"
		case strings.HasPrefix(part, "partition by "):
			name = "partition by"
		case name == "row" || name == "replica":
			name = "other"
		}
		named[name] = part
	}
	return named
}

// spelling returns a facet without differences that mean nothing: the name of a serial column's sequence, the two
// names of the transaction's time, a number's cast and parentheses.
func spelling(facet string) string {
	if !strings.HasPrefix(facet, "default ") {
		return facet
	}
	facet = regexp.MustCompile(`nextval\('[^']*'::regclass\)`).ReplaceAllLiteralString(facet, "nextval")
	facet = strings.ReplaceAll(facet, "CURRENT_TIMESTAMP", "now()")
	return regexp.MustCompile(`^default \(?'?(-?\d+(?:\.\d+)?)'?\)?(?:::[a-z ]+)?$`).ReplaceAllString(facet, "default $1")
}
