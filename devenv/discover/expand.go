package discover

import "strings"

// expand replaces $name, ${name} and ${name:-default}.
func expand(text string, vars map[string]string) string {
	if !strings.Contains(text, "$") {
		return strings.Trim(text, `"'`)
	}
	var out strings.Builder
	for text != "" {
		before, after, ok := strings.Cut(text, "$")
		out.WriteString(before)
		if !ok {
			break
		}
		name, rest := variable(after)
		name, fallback, _ := strings.Cut(name, ":-")
		if value := vars[name]; value != "" {
			out.WriteString(value)
		} else {
			out.WriteString(fallback)
		}
		text = rest
	}
	return strings.Trim(out.String(), `"'`)
}

// variable splits the text after a dollar sign into the variable's name, with any default, and the rest.
func variable(text string) (name, rest string) {
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		name, rest, _ = strings.Cut(inner, "}")
		return name, rest
	}
	end := strings.IndexFunc(text, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}
