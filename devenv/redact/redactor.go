// Package redact takes secrets out of everything that devenv says: a Redactor learns what is secret in a project and
// rewrites texts, errors, events and documents. It judges text alone, so it uses package report, whose failures and events
// it rewrites, and nothing else of devenv.
package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// shortest is the length in bytes below which a value is not taken out of texts: it would tear words apart.
const shortest = 6

// Mark stands where a secret was.
const Mark = "[redacted]"

// Redactor takes secret values out of texts. The zero value knows none. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets []string
	pattern *regexp.Regexp // of all secrets; nil when there is none
}

// Learn adds secret values. Those that are short, or also a public word of the project (a database named like its
// password), stay: taking them out would make every message unreadable and hide nothing.
func (r *Redactor) Learn(secrets, public []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= shortest && !slices.Contains(public, s) && !slices.Contains(r.secrets, s) {
			r.secrets = append(r.secrets, s)
		}
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	patterns := make([]string, len(r.secrets))
	for i, s := range r.secrets {
		patterns[i] = secretPattern(s)
	}
	r.pattern = nil
	if len(patterns) > 0 {
		r.pattern = regexp.MustCompile(strings.Join(patterns, "|"))
	}
}

// Values are the secrets that mean nothing else wherever they are found, as in the bytes of an image: ordinary words are
// left out.
func (r *Redactor) Values() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(r.secrets), ordinaryWord.MatchString)
}

// ordinaryWord is a secret like "password", which names of tables and columns contain as well.
var ordinaryWord = regexp.MustCompile(`^[A-Za-z]+$`)

// secretPattern finds a secret in a text: one that is a word only where it stands alone, as it does in an address or behind
// an equals sign, because statements that people are to paste must keep their names.
func secretPattern(secret string) string {
	quoted := regexp.QuoteMeta(secret)
	if ordinaryWord.MatchString(secret) {
		return `\b` + quoted + `\b`
	}
	return quoted
}

// Text returns s without secrets.
func (r *Redactor) Text(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.pattern == nil {
		return s
	}
	return r.pattern.ReplaceAllLiteralString(s, Mark)
}
