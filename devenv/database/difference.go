package database

// Difference is one object that two catalogs describe differently. Object is "table:public.t", "column:public.t.c",
// "index:public.ix", "constraint:public.t.name", "enum:public.kind", …; Was or Is is empty when the object is absent there.
type Difference struct {
	Object string `json:"object"`
	Was    string `json:"was,omitempty"`
	Is     string `json:"is,omitempty"`
}
