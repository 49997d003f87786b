package database

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Secrets are values that no image may contain.
type Secrets []string

// NewSecrets keeps the distinctive values: those with at least eight bytes of two kinds of characters, or sixteen
// bytes. Shorter values, words ("postgres", "password"), numbers and file names occur in an image's texts and
// programs by chance, so they would refuse every image; nothing copies them into one either.
func NewSecrets(values []string) Secrets {
	var telling Secrets
	for _, value := range values {
		if distinctive(value) && !slices.Contains(telling, value) {
			telling = append(telling, value)
		}
	}
	// The longer one goes first if it contains the other.
	slices.SortFunc(telling, func(a, b string) int { return len(b) - len(a) })
	return telling
}

// The lengths in bytes from which a value is distinctive: with two kinds of characters, and with one.
const (
	tellingMixed  = 8
	tellingAlways = 16
)

// fileName matches a value that names a file; base64 has capitals, and rarely three slashes.
var fileName = regexp.MustCompile(`^((/[a-z0-9._-]+){2,}|(/[A-Za-z0-9._-]+){3,})$`)

func distinctive(value string) bool {
	if len(value) < tellingMixed || fileName.MatchString(value) {
		return false
	}
	kinds := map[string]bool{}
	for _, c := range value {
		switch {
		case unicode.IsLetter(c):
			kinds["letter"] = true
		case unicode.IsDigit(c):
			kinds["digit"] = true
		default:
			kinds["other"] = true
		}
	}
	return len(kinds) > 1 || len(value) >= tellingAlways
}

// without leaves out the values among a project's own words.
func (s Secrets) without(words []string) Secrets {
	return slices.DeleteFunc(slices.Clone(s), func(secret string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(word, secret) })
	})
}

// in reports whether a text contains a secret.
func (s Secrets) in(text string) bool {
	return slices.ContainsFunc(s, func(secret string) bool { return strings.Contains(text, secret) })
}

// inJSON returns where a JSON document contains a secret, as "Config.Env[POSTGRES_PASSWORD]"; empty if it contains
// none.
func (s Secrets) inJSON(raw []byte) (string, error) {
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		return "", err
	}
	return s.inValue(document, ""), nil
}

func (s Secrets) inValue(value any, at string) string {
	switch v := value.(type) {
	case string:
		if s.in(v) {
			return at
		}
		var inner any
		if strings.HasPrefix(v, "{") && json.Unmarshal([]byte(v), &inner) == nil { // a label with JSON in it has it escaped
			return s.inValue(inner, at)
		}
	case []any:
		for n, item := range v {
			if found := s.inValue(item, at+itemName(n, item)); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if s.in(name) {
				return at
			}
			if found := s.inValue(v[name], strings.TrimPrefix(at+"."+name, ".")); found != "" {
				return found
			}
		}
	}
	return ""
}

// variable matches an environment variable as an image's JSON has it.
var variable = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)=`)

// itemName names a list's item for people: a variable's name, else its number.
func itemName(n int, item any) string {
	if text, ok := item.(string); ok {
		if found := variable.FindStringSubmatch(text); found != nil {
			return "[" + found[1] + "]"
		}
	}
	return fmt.Sprintf("[%d]", n)
}

// cleaned returns a JSON document without the secrets: the output of a project's tools may contain one.
func (s Secrets) cleaned(raw []byte) ([]byte, error) {
	if len(s) == 0 {
		return raw, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	return json.Marshal(s.cleanedValue(document))
}

func (s Secrets) cleanedValue(value any) any {
	switch v := value.(type) {
	case string:
		for _, secret := range s {
			v = strings.ReplaceAll(v, secret, "[redacted]")
		}
		return v
	case []any:
		for n := range v {
			v[n] = s.cleanedValue(v[n])
		}
	case map[string]any:
		for name := range v {
			v[name] = s.cleanedValue(v[name])
		}
	}
	return value
}
