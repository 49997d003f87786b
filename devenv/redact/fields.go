package redact

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/pelletier/go-toml/v2"
)

// field is a named value in a structured text.
type field struct{ name, value string }

// fieldsOf parses a text by its format: JSON by its look, YAML and TOML by the file's name. It returns false for
// other formats and broken texts.
func fieldsOf(name, text string) ([]field, bool) {
	text = strings.TrimSpace(text)
	var tree any
	var err error
	switch ext := strings.ToLower(path.Ext(name)); {
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		err = json.Unmarshal([]byte(text), &tree)
	case ext == ".yaml", ext == ".yml":
		err = yaml.Unmarshal([]byte(text), &tree)
	case ext == ".toml":
		err = toml.Unmarshal([]byte(text), &tree)
	default:
		return nil, false
	}
	if err != nil || tree == nil {
		return nil, false
	}
	return leaves("", tree, nil), true
}

// leaves returns the values in a tree, each with the name of what contains it; elements of a list have the list's
// name. A list of texts such as "NAME=value", or of a command's options and their values, is also read as one line.
func leaves(name string, tree any, into []field) []field {
	switch v := tree.(type) {
	case map[string]any:
		for key, element := range v {
			into = leaves(key, element, into)
		}
	case []any:
		var line []string
		for _, element := range v {
			into = leaves(name, element, into)
			if text, ok := element.(string); ok {
				line = append(line, text)
			}
		}
		if len(line) > 1 {
			into = append(into, field{"", strings.Join(line, " ")})
		}
	case nil, bool:
	case string:
		into = append(into, field{name, v})
		if key, value, ok := strings.Cut(v, "="); ok && !strings.ContainsAny(key, " :/?&;") {
			into = append(into, field{strings.TrimLeft(key, "-"), value})
		}
	case float64:
		into = append(into, field{name, strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")})
	default:
		into = append(into, field{name, fmt.Sprint(v)})
	}
	return into
}

// line finds an assignment in any format that has one per line: .env, ini, properties, YAML, broken JSON, a shell's
// export.
var line = regexp.MustCompile(`^\s*(?:export\s+|set\s+|ENV\s+|ARG\s+|-\s+|//.*:)?["']?([A-Za-z_][\w.-]*)["']?\s*(?:=>|[:=])\s*(.*?)\s*,?\s*$`)

// element matches an XML element that contains text.
var element = regexp.MustCompile(`<([A-Za-z_][\w.-]*)>([^<]+)</`)

// linesOf reads a text line by line and returns the assigned values without quotes; a quoted value may span several
// lines.
func linesOf(text string) []field {
	var fields []field
	for _, found := range element.FindAllStringSubmatch(text, -1) {
		fields = append(fields, field{found[1], found[2]})
	}
	lines := strings.Split(text, "\n")
	for n := 0; n < len(lines); n++ {
		found := line.FindStringSubmatch(lines[n])
		if found == nil {
			continue
		}
		name, value := found[1], found[2]
		for more := value; openQuote(value) != "" && n+1+strings.Count(more, "\n") < len(lines); {
			more += "\n" + lines[n+1+strings.Count(more, "\n")]
			if openQuote(more) == "" {
				n += strings.Count(more, "\n")
				value = more
			}
		}
		if unquoted, ok := unquote(value); ok {
			fields = append(fields, field{name, unquoted})
			continue
		}
		fields = append(fields, field{name, value})
		for _, comment := range []string{" #", " ;"} {
			if before, _, ok := strings.Cut(value, comment); ok {
				fields = append(fields, field{name, before})
			}
		}
		if strings.Contains(value, "%%") {
			fields = append(fields, field{name, strings.ReplaceAll(value, "%%", "%")})
		}
	}
	return fields
}

// openQuote returns the quote that a value opens but does not close.
func openQuote(value string) string {
	for _, quote := range []string{`"`, `'`} {
		if strings.HasPrefix(value, quote) && strings.Count(value, quote)-strings.Count(value, `\`+quote) == 1 {
			return quote
		}
	}
	return ""
}

// unquote removes the quotes from a value, and the escapes in double quotes.
func unquote(value string) (string, bool) {
	if len(value) < 2 || value[0] != value[len(value)-1] || value[0] != '"' && value[0] != '\'' {
		return "", false
	}
	inside := value[1 : len(value)-1]
	if value[0] == '"' {
		inside = strings.NewReplacer(`\"`, `"`, `\n`, "\n", `\\`, `\`).Replace(inside)
	}
	return inside, true
}
