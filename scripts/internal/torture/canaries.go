package main

import (
	"crypto/rand"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// planted are files for a project, with secrets to search for: files that git tracks, and files that it ignores.
//
//go:embed all:planted
var planted embed.FS

// placeholder marks a secret in a planted file: its name, optionally preceded by the kind of its value.
var placeholder = regexp.MustCompile(`@(?:([a-z0-9]+)\.)?([a-z0-9_]+)@`)

// canary is a secret that must not turn up anywhere.
type canary struct {
	name  string
	value string
	// core is the part of the value that is searched for.
	core string
	// tracked means that it is in a file that git tracks: the user put it into the repository's objects.
	tracked bool
}

const (
	markerLength = 8
	coreLength   = markerLength + 6
	shortLength  = 6
)

// canaries are the secrets of one project, by name. All except the short ones contain the marker, so that one pass
// over a large file finds any of them.
type canaries struct {
	marker string
	all    map[string]*canary
}

func newCanaries() *canaries {
	return &canaries{marker: random(hexDigits, markerLength), all: map[string]*canary{}}
}

const (
	hexDigits = "0123456789abcdef"
	letters   = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
)

// random returns a text of n characters from an alphabet.
func random(alphabet string, n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(raw)
}

// get returns the secret with a name, creating it the first time.
func (c *canaries) get(kind, name string, tracked bool) *canary {
	if known := c.all[name]; known != nil {
		known.tracked = known.tracked || tracked
		return known
	}
	one := &canary{name: name, tracked: tracked}
	one.value, one.core = c.value(kind)
	c.all[name] = one
	return one
}

// value creates a value of a kind, and the part of it to search for.
func (c *canaries) value(kind string) (value, core string) {
	switch kind {
	case "short":
		value = random(letters, shortLength)
		return value, value
	case "hex":
		core = c.marker + random(hexDigits, coreLength-markerLength)
		return random(hexDigits, 9) + core + random(hexDigits, 9), core
	case "b64":
		core = c.marker + random(letters, coreLength-markerLength)
		return random(letters, 41) + core + random(letters, 31) + "==", core
	case "line":
		core = c.marker + random(letters, coreLength-markerLength)
		return random(letters, 20) + core + random(letters, 30), core
	case "jwt":
		core = c.marker + random(letters, coreLength-markerLength)
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
		body := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"` + hex.EncodeToString([]byte(random(letters, 6))) + `"}`))
		return head + "." + body + "." + random(letters, 15) + core + random(letters, 14), core
	default:
		core = c.marker + random(letters, coreLength-markerLength)
		return random(letters, 5) + core + random(letters, 5), core
	}
}

// fill replaces the placeholders in a text.
func (c *canaries) fill(text string, tracked bool) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		parts := placeholder.FindStringSubmatch(found)
		return c.get(parts[1], parts[2], tracked).value
	})
}

// plant writes the planted files of a kind, "tracked" or "ignored", into a project. Only their owner can read the
// ignored ones.
func (c *canaries) plant(dir, kind, id string) error {
	root := "planted/" + kind
	mode := map[string]fs.FileMode{"tracked": 0o644, "ignored": 0o600}[kind]
	return fs.WalkDir(planted, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := planted.ReadFile(name)
		if err != nil {
			return err
		}
		text := c.fill(strings.ReplaceAll(string(content), label+`: "ID"`, fmt.Sprintf("%s: %q", label, id)), kind == "tracked")
		path := filepath.Join(dir, strings.TrimPrefix(name, root))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(text), mode)
	})
}

// in names the secrets that a text contains, each once, sorted.
func (c *canaries) in(text string) []string {
	names := c.inBytes([]byte(text))
	for _, one := range c.all {
		if len(one.core) == shortLength && strings.Contains(text, one.core) {
			names = append(names, one.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
