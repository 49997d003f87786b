package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	gitleaks "github.com/zricethezav/gitleaks/v8/config"
)

// rule describes what the keys of one service look like.
type rule struct {
	ID          string
	Regex       string
	SecretGroup int
	Entropy     float64
	Keywords    []string
	Allowlists  []allowlist
	compile     func() *regexp.Regexp // nil if Go does not support the expression
	allowed     func() []*regexp.Regexp
}

// allowlist describes what looks like a key but is none.
type allowlist struct {
	RegexTarget string
	Regexes     []string
	StopWords   []string
}

// rules are gitleaks' own, which describe the keys of some two hundred services, found by their keywords. Only its
// data is used: gitleaks itself compiles all two hundred expressions before it looks at the first line.
type rules struct {
	all     []*rule
	heads   [1 << 16]uint16 // number of the bucket, 0 for none
	buckets [][]keyword
}

type keyword struct {
	text  string // in lower case
	rules []int
}

// newRules returns gitleaks' rules.
func newRules() *rules { return rulesOf(gitleaks.DefaultConfig) }

// rulesOf parses rules. It skips those for names alone and for private keys, which this package judges itself, and
// those that it cannot parse: a command must not fail because of redaction. Tests check that all of gitleaks' rules
// can be parsed.
func rulesOf(text string) *rules {
	var file struct{ Rules []*rule }
	x := &rules{buckets: make([][]keyword, 1)}
	if toml.Unmarshal([]byte(text), &file) != nil {
		return x
	}
	byWord := map[string][]int{}
	for _, r := range file.Rules {
		if r.Regex == "" || slices.Contains([]string{"generic-api-key", "private-key", "kubernetes-secret-yaml"}, r.ID) {
			continue
		}
		r.compile = sync.OnceValue(func() *regexp.Regexp { return compiled(r.Regex) })
		r.allowed = sync.OnceValue(func() (all []*regexp.Regexp) {
			for _, text := range r.exceptions() {
				if x := compiled(text); x != nil {
					all = append(all, x)
				}
			}
			return all
		})
		for _, word := range r.Keywords {
			byWord[strings.ToLower(word)] = append(byWord[strings.ToLower(word)], len(x.all))
		}
		x.all = append(x.all, r)
	}
	for word, numbers := range byWord {
		head := headOf(word)
		if x.heads[head] == 0 {
			x.heads[head] = uint16(len(x.buckets))
			x.buckets = append(x.buckets, nil)
		}
		x.buckets[x.heads[head]] = append(x.buckets[x.heads[head]], keyword{text: word, rules: numbers})
	}
	return x
}

// compiled returns an expression; nil if Go does not support it.
func compiled(text string) *regexp.Regexp {
	x, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	return x
}

// exceptions returns the expressions for matches of a rule that are not keys.
func (r *rule) exceptions() (texts []string) {
	for _, list := range r.Allowlists {
		if list.RegexTarget == "" {
			texts = append(texts, list.Regexes...)
		}
	}
	return texts
}

// find returns what the rules recognize as keys in a line.
func (x *rules) find(s string) []span {
	var spans []span
	for _, n := range x.candidates(s) {
		r := x.all[n]
		expression := r.compile()
		if expression == nil {
			continue
		}
		for _, at := range expression.FindAllStringSubmatchIndex(s, -1) {
			if from, to := r.secret(at); r.isKey(s[from:to]) {
				spans = append(spans, span{from, to})
			}
		}
	}
	return spans
}

// candidates returns the rules whose keywords occur in a line.
func (x *rules) candidates(s string) []int {
	var numbers []int
	lower := ""
	for i := 0; i+1 < len(s); i++ {
		head := int(fold(s[i]))<<8 | int(fold(s[i+1]))
		if x.heads[head] == 0 {
			continue
		}
		if lower == "" {
			lower = lowerASCII(s)
		}
		for _, k := range x.buckets[x.heads[head]] {
			if strings.HasPrefix(lower[i:], k.text) && !slices.Contains(numbers, k.rules[0]) {
				numbers = append(numbers, k.rules...)
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// lowerASCII converts ASCII capital letters to lower case, byte for byte.
func lowerASCII(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = fold(b[i])
	}
	return string(b)
}

// fold converts a capital letter to lower case.
func fold(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// secret returns the secret part of a match: the rule's group, else the first, else all.
func (r *rule) secret(at []int) (from, to int) {
	if n := 2 * r.SecretGroup; n > 0 && at[n] >= 0 {
		return at[n], at[n+1]
	}
	for n := 2; n < len(at); n += 2 {
		if at[n] >= 0 && at[n+1] > at[n] {
			return at[n], at[n+1]
		}
	}
	return at[0], at[1]
}

// isKey reports whether a match is a key: it is as random as keys are, and not on the rule's list of exceptions.
func (r *rule) isKey(secret string) bool {
	if r.Entropy > 0 && entropy(secret) <= r.Entropy {
		return false
	}
	lower := strings.ToLower(secret)
	for _, list := range r.Allowlists {
		if slices.ContainsFunc(list.StopWords, func(w string) bool { return strings.Contains(lower, strings.ToLower(w)) }) {
			return false
		}
	}
	return !slices.ContainsFunc(r.allowed(), func(x *regexp.Regexp) bool { return x.MatchString(secret) })
}
