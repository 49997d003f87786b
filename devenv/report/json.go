package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteJSON writes a document as specified in the design's section 9: indented by two spaces, every list of a
// *Document or *Items present (an empty list is [], never null), HTML characters unescaped, characters that a
// terminal would interpret or hide escaped, and a newline at the end. The value is not changed.
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

// escapeHidden escapes characters that control a terminal or are invisible: JSON leaves most of them as they are.
// They can only occur within strings.
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
