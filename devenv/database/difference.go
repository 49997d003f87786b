package database

import (
	"slices"
	"strings"
)

// Difference is one object that two catalogs describe differently. Object is "table:public.t", "column:public.t.c",
// "index:public.ix", "constraint:public.t.name", "enum:public.kind", …; Was or Is is empty when the object is absent there.
type Difference struct {
	Object string `json:"object"`
	// Facet is set where one facet of a column or a table differs: "type", "default", "identity", "collate", ….
	Facet string `json:"facet,omitempty"`
	Was   string `json:"was,omitempty"`
	Is    string `json:"is,omitempty"`
}

// Parts are what a difference is made of, each of which can be there without the others: of an enum the values that only one
// side has, and each pair of neighbours that the other side has in the other order. Any other difference is its only part.
func (d Difference) Parts() []Difference {
	if !strings.HasPrefix(d.Object, "enum:") || d.Was == "" || d.Is == "" {
		return []Difference{d}
	}
	was, is := enumValues(d.Was), enumValues(d.Is)
	var parts []Difference
	for _, v := range was {
		if !slices.Contains(is, v) {
			parts = append(parts, Difference{Object: d.Object, Facet: "value", Was: v})
		}
	}
	var both []string
	for _, v := range is {
		if !slices.Contains(was, v) {
			parts = append(parts, Difference{Object: d.Object, Facet: "value", Is: v})
			continue
		}
		if n := len(both); n > 0 && slices.Index(was, both[n-1]) > slices.Index(was, v) {
			parts = append(parts, Difference{Object: d.Object, Facet: "order", Is: both[n-1] + " before " + v})
		}
		both = append(both, v)
	}
	return parts
}

// enumValues are the values of ('a', 'b'), without their outer quotes.
func enumValues(list string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(list, "('"), "')"), "', '")
}
