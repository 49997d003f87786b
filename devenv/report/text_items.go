package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteItemsText writes the result of the other commands, one item per line: strings unchanged, values with a String
// method by that, anything else as its JSON fields "name value".
func WriteItemsText(w io.Writer, items *Items, o TextOptions) error {
	p := newPage(o)
	for _, item := range items.Items {
		text, err := itemText(item)
		if err != nil {
			return err
		}
		p.say("", 2, text)
	}
	return p.writeTo(w)
}

func itemText(item any) (string, error) {
	switch v := item.(type) {
	case string:
		return v, nil
	case fmt.Stringer:
		return v.String(), nil
	case File:
		return fmt.Sprintf("%-9s%s", v.Action, v.Path), nil
	}
	raw, err := json.Marshal(item)
	if err != nil {
		return "", fmt.Errorf("show an item of %T: %w", item, err)
	}
	return fieldsText(raw), nil
}

// fieldsText formats a JSON object as one line, with its fields in order; other values are unchanged.
func fieldsText(raw []byte) string {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return string(raw)
	}
	var parts []string
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return string(raw)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return string(raw)
		}
		if text := valueText(value); text != "" {
			parts = append(parts, fmt.Sprintf("%v %s", name, text))
		}
	}
	return strings.Join(parts, "  ")
}

// valueText returns a value without quotes; empty values are omitted.
func valueText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	switch string(raw) {
	case "null", "[]", "{}", "false", "0":
		return ""
	}
	return string(raw)
}
