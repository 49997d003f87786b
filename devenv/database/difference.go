package database

// Difference is one object that two catalogs describe differently. Object is "table:public.t", "column:public.t.c",
// "index:public.ix", "constraint:public.t.name", "enum:public.kind", …; Was or Is is empty when the object is absent there.
type Difference struct {
	Object string `json:"object"`
	// Facet is set where one facet of a column or a table differs: "type", "default", "identity", "collate", ….
	Facet string `json:"facet,omitempty"`
	Was   string `json:"was,omitempty"`
	Is    string `json:"is,omitempty"`
}
