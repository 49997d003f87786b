package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// WriteJSON writes a document as the design's section 9 has it: indented by two spaces, every list of a *Document
// or *Items present (a list without members is [], never null), characters of HTML as they are, a newline at the end.
// The value is not changed.
func WriteJSON(w io.Writer, v any) error {
	switch d := v.(type) {
	case *Document:
		v = withLists(d)
	case *Items:
		items := *d
		items.Items = present(items.Items)
		v = &items
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write the result as JSON: %w", err)
	}
	return nil
}

// withLists returns a copy of the document in which no list is nil.
func withLists(d *Document) *Document {
	doc := *d
	doc.Files, doc.Noise, doc.Steps = present(doc.Files), present(doc.Noise), present(doc.Steps)
	doc.Checks = slices.Clone(present(doc.Checks))
	for i := range doc.Checks {
		doc.Checks[i].Evidence = present(doc.Checks[i].Evidence)
	}
	return &doc
}

func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
