// Package redact takes secrets out of everything that devenv says. A Redactor learns from the project's own texts what is
// secret there: what is declared to be, what stands where credentials stand, and what looks random. It rewrites texts,
// errors, events and documents: the secrets it learnt, in every form that programs print them in, what stands in places of
// credentials, and what looks as the keys of well-known services do. Words of the project are never taken out, only
// replaced where one is a password.
//
// It judges text alone, so it uses package report, whose failures and events it rewrites, and nothing else of devenv.
package redact

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Mark stands where a secret was.
const Mark = "[redacted]"

// Redactor takes secrets out of texts. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets map[string]bool
	words   map[string]bool // of the project, in lower case
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

// Keep adds words of the project: names of services, databases, users, tables, branches. A secret that is one of them is
// taken out only where credentials stand.
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

// Values returns the secrets that mean nothing else wherever they are found, as in the bytes of an image: neither words nor
// numbers, each without line ends, sorted.
func (r *Redactor) Values() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var values []string
	for s := range r.secrets {
		w := whereOf(s, r.words)
		distinct := w == anywhere || w == alone && len(s) >= shortest && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter)
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

// Lines returns lines that follow each other without secrets, also without those that end in the next line.
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

// lines begins lines that follow each other.
func (r *Redactor) lines() *lines {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &lines{index: r.index, rules: r.rules(), names: map[string]bool{}}
}
