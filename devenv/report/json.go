package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteJSON writes a document as the design's section 9 has it: indented by two spaces, every list of a *Document
// or *Items present (a list without members is [], never null), characters of HTML as they are, those that a terminal would obey or hide by their numbers, a newline at the end.
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
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	if err == nil {
		_, err = io.WriteString(w, escapeHidden(text.String()))
	}
	if err != nil {
		return fmt.Errorf("write the result as JSON: %w", err)
	}
	return nil
}

// escapeHidden writes the characters that steer a terminal, or are not seen, by their numbers: JSON leaves most as they are. They can
// only stand within strings.
func escapeHidden(text string) string {
	if plainText(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) || r >= 0x7f && r < 0xa0 {
			b.WriteString(escapedRune(r))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
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
