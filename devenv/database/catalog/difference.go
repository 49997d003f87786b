package catalog

import (
	"slices"
	"strings"
)

// Difference is one object that two catalogs describe differently. Object is "table:public.t", "column:public.t.c",
// "index:public.ix", "constraint:public.t.name", "enum:public.kind", …; Was or Is is empty if that catalog lacks the
// object.
type Difference struct {
	Object string `json:"object"`
	// Facet is set if only one facet of a column or a table differs: "type", "default", "identity", "collate", ….
	Facet string `json:"facet,omitempty"`
	Was   string `json:"was,omitempty"`
	Is    string `json:"is,omitempty"`
	// Type is the column's type where its identity differs: a sequence of its own has the same one.
	Type string `json:"-"`
}

// Back returns the difference in the other direction.
func (d Difference) Back() Difference {
	d.Was, d.Is = d.Is, d.Was
	return d
}

// Parts splits a difference into independent parts. For an enum these are the values that only one side has, and the
// fewest values to move so that the common ones are in the same order on both sides; a value inserted among them
// later moves none of them. Any other difference is its only part.
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
		if slices.Contains(was, v) {
			both = append(both, v)
		} else {
			parts = append(parts, Difference{Object: d.Object, Facet: "value", Is: v})
		}
	}
	for _, v := range displaced(was, both) {
		parts = append(parts, Difference{Object: d.Object, Facet: "order", Is: v})
	}
	return parts
}

// displaced returns the values of is outside a longest subsequence whose order is that of was.
func displaced(was, is []string) []string {
	longest, previous, last := make([]int, len(is)), make([]int, len(is)), -1
	for i, v := range is {
		previous[i] = -1
		for j := range i {
			if slices.Index(was, is[j]) < slices.Index(was, v) && longest[j] > longest[i] {
				longest[i], previous[i] = longest[j], j
			}
		}
		longest[i]++
		if last < 0 || longest[i] > longest[last] {
			last = i
		}
	}
	moved := slices.Clone(is)
	for i := last; i >= 0; i = previous[i] {
		moved = slices.Delete(moved, i, i+1)
	}
	return moved
}

// enumValues returns the values of ('a', 'b'), without their outer quotes.
func enumValues(list string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(list, "('"), "')"), "', '")
}
