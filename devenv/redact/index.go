package redact

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// where tells in which positions of a text a secret is one.
type where int

const (
	// anywhere: it means nothing else, whatever surrounds it.
	anywhere where = iota
	// alone: only as a separate word; within longer words it is chance.
	alone
	// placed: only where credentials are; elsewhere it is a word of the language or of the project, or a number.
	placed
)

// shortest is the length in bytes below which a secret of only letters or digits would tear texts apart.
const shortest = 6

// commonPasswords returns passwords that occur in every text about databases.
func commonPasswords() []string {
	return []string{
		"password", "passwd", "secret", "secrets", "token", "admin", "administrator", "username", "testing", "example", "sample", "develop",
		"development", "production", "staging", "default", "postgres", "postgresql", "mariadb", "mongodb", "rabbitmq", "docker", "public",
		"private",
		"database", "backend", "frontend", "server", "service", "master", "localhost", "redacted", "migration", "migrations", "sqlalchemy",
		"psycopg2",
		"psycopg", "asyncpg", "string", "integer", "column", "unique", "credentials", "trust", "md5",
		"scram-sha-256", "hs256", "rs256", "utf8",
		"utf-8",
	}
}

// whereOf returns where a secret counts in a project with these words.
func whereOf(secret string, words map[string]bool) where {
	digits, letters, others := 0, 0, 0
	for _, c := range secret {
		switch {
		case unicode.IsDigit(c):
			digits++
		case unicode.IsLetter(c):
			letters++
		case !strings.ContainsRune("-_. ", c):
			others++
		}
	}
	switch lower := strings.ToLower(secret); {
	case words[lower], slices.Contains(commonPasswords(), lower), digits+letters+others == 0:
		return placed
	case letters+others == 0: // a number, a date, a version
		if digits < shortest {
			return placed
		}
		return alone
	case digits+others == 0 && len(secret) < shortest, len(secret) < 4:
		return placed
	case others > 0 && len(secret) >= shortest, digits > 0 && len(secret) >= 2*shortest:
		return anywhere
	}
	return alone
}

// pattern is a form of a secret.
type pattern struct {
	text  string
	where where
}

// index finds patterns in a text by their first two bytes.
type index struct {
	heads   [1 << 16]uint16 // number of the bucket, 0 for none
	buckets [][]pattern     // the longest first
}

// newIndex builds the index of all forms of secrets.
func newIndex(secrets map[string]bool, words map[string]bool) *index {
	x := &index{buckets: make([][]pattern, 1)}
	for secret := range secrets {
		w := whereOf(secret, words)
		for _, form := range formsOf(secret) {
			x.add(pattern{text: form, where: w})
		}
		if w != placed && len(secret) >= shortest {
			for _, form := range encodedOf(secret) {
				x.add(pattern{text: form, where: anywhere})
			}
		}
	}
	for _, bucket := range x.buckets {
		slices.SortFunc(bucket, func(a, b pattern) int { return len(b.text) - len(a.text) })
	}
	return x
}

func (x *index) add(p pattern) {
	if len(p.text) < 2 {
		return
	}
	head := headOf(p.text)
	if x.heads[head] == 0 {
		x.heads[head] = uint16(len(x.buckets))
		x.buckets = append(x.buckets, nil)
	}
	x.buckets[x.heads[head]] = append(x.buckets[x.heads[head]], p)
}

func headOf(s string) int { return int(s[0])<<8 | int(s[1]) }

// span is a part of a line, from its first byte to after its last.
type span struct{ from, to int }

// find returns the secrets in a line. rest is what the next line must begin with if the end of the line cuts a
// secret; truncated texts may also end in the middle of one.
func (x *index) find(s string) (spans []span, rest string) {
	end := len(strings.TrimRight(s, ".… \t\"'│|"))
	for i := 0; i+1 < len(s); i++ {
		for _, p := range x.buckets[x.heads[headOf(s[i:])]] {
			switch {
			case strings.HasPrefix(s[i:], p.text):
				if !p.fits(s, i) {
					continue
				}
				spans = append(spans, span{i, i + len(p.text)})
				i += len(p.text) - 1
			case p.where == anywhere && i < end && p.cutBy(s[i:end]):
				return append(spans, span{i, end}), p.text[end-i:]
			default:
				continue
			}
			break
		}
	}
	return spans, ""
}

// cutBy reports whether the end of a line is the greater part of a secret that is not a word.
func (p pattern) cutBy(end string) bool {
	return len(end) >= shortest+2 && len(end) < len(p.text) && 2*len(end) >= len(p.text) && strings.HasPrefix(p.text, end) &&
		strings.ContainsAny(end, "0123456789+/=@$%&!")
}

// fits reports whether the pattern is a secret at a position of a line.
func (p pattern) fits(s string, at int) bool {
	if p.where == anywhere {
		return true
	}
	first, _ := utf8.DecodeRuneInString(p.text)
	last, _ := utf8.DecodeLastRuneInString(p.text)
	end := at + len(p.text)
	if isWord(first) && !edgeBefore(s[:at]) || isWord(last) && !edgeAfter(s[end:]) {
		return false
	}
	return p.where == alone || amongCredentials(s[:at], s[end:])
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// escape matches a program's escape of a character, a terminal's colour, or an option joined to its value: the letter
// at its end belongs to no word.
var escape = regexp.MustCompile(`(?:\s-p|\\[abfnrtv0]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|\x1b\[[0-9;]*m)$`)

func edgeBefore(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !isWord(last) || escape.MatchString(before[max(0, len(before)-16):])
}

func edgeAfter(after string) bool {
	first, _ := utf8.DecodeRuneInString(after)
	return after == "" || !isWord(first)
}

// assigning matches the end of a text before the value of a name: NAME=, "name": ', name is, --name.
var assigning = regexp.MustCompile(`([A-Za-z_][\w.-]*)["'\])\\]*\s*(?:=>|:=|[:=]|\bis\b|\bto\b|\s)\s*(?:[A-Za-z]*[("'\\]+)*$|--?([A-Za-z][\w-]*)\s+["']?$`)

// userOf matches the end of a text before a URL's password, passOf that of a line of .pgpass.
var (
	userOf = regexp.MustCompile(`://[^\s/@]*:$`)
	passOf = regexp.MustCompile(`[^\s:]+:(?:\d+|\*):[^\s:]+:[^\s:]+:$`)
)

// amongCredentials reports whether there are credentials between those two texts.
func amongCredentials(before, after string) bool {
	before = before[max(0, len(before)-200):]
	if strings.HasPrefix(after, "@") && userOf.MatchString(before) || passOf.MatchString(before) {
		return true
	}
	found := assigning.FindStringSubmatch(before)
	if found == nil {
		return false
	}
	bare := found[2] == "" && strings.HasSuffix(before, " ") && !strings.ContainsAny(before[len(before)-min(len(before), 4):], ":=")
	if bare && !strings.HasSuffix(strings.TrimRight(before, " "), " is") {
		return false // a word after a word: "the password postgres expects"
	}
	return secretName(found[1] + found[2])
}
