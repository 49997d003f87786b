// Package redact removes secrets from everything that devenv prints. A Redactor learns from the project's own texts
// what is secret there: what is declared to be, what is where credentials are, and what looks random. It redacts
// texts, errors, events and documents: the secrets it learned, in every form in which programs print them, what is
// where credentials are, and what looks like keys of well-known services. It never removes words of the project
// unless one is used as a password.
//
// It only processes text, so of devenv's packages it uses only report, whose failures and events it redacts.
package redact

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Mark replaces a secret.
const Mark = "[redacted]"

// Redactor removes secrets from texts. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets map[string]bool
	words   map[string]bool // the project's, in lower case
	index   *index
	rules   func() *rules
}

// New returns a redactor that knows no secrets yet.
func New() *Redactor {
	return &Redactor{secrets: map[string]bool{}, words: map[string]bool{}, index: newIndex(nil, nil), rules: sync.OnceValue(newRules)}
}

// Learn adds the secrets in sources.
func (r *Redactor) Learn(sources ...Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := len(r.secrets) + len(r.words)
	for _, s := range sources {
		secrets, words := secretsIn(s)
		maps.Copy(r.secrets, secrets)
		maps.Copy(r.words, words)
	}
	if len(r.secrets)+len(r.words) > known {
		r.index = newIndex(r.secrets, r.words)
	}
}

// Keep adds words of the project: names of services, databases, users, tables, branches. A secret that is one of them
// is removed only where credentials are.
func (r *Redactor) Keep(words ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := len(r.words)
	for _, w := range words {
		r.words[strings.ToLower(w)] = true
	}
	if len(r.words) > known {
		r.index = newIndex(r.secrets, r.words)
	}
}

// Values returns the secrets that mean nothing else wherever they occur, for example in the bytes of an image:
// neither words nor numbers, each without line ends, sorted.
func (r *Redactor) Values() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var values []string
	for s := range r.secrets {
		w := whereOf(s, r.words)
		distinct := w == anywhere || w == alone && len(s) >= shortest && strings.ContainsAny(s, "0123456789") &&
			strings.ContainsFunc(s, unicode.IsLetter)
		if distinct && !strings.ContainsAny(s, "\r\n") {
			values = append(values, s)
		}
	}
	slices.Sort(values)
	return values
}

// Text returns s without secrets.
func (r *Redactor) Text(s string) string {
	return strings.Join(r.Lines(strings.Split(s, "\n")), "\n")
}

// Lines returns consecutive lines without secrets, including secrets that continue in the next line.
func (r *Redactor) Lines(texts []string) []string {
	if len(texts) == 0 {
		return texts
	}
	l := r.lines()
	clean := make([]string, len(texts))
	for i, text := range texts {
		clean[i] = l.next(text)
	}
	return clean
}

// lines begins a sequence of lines.
func (r *Redactor) lines() *lines {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &lines{index: r.index, rules: r.rules(), names: map[string]bool{}}
}
