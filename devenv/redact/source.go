package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind tells what a source is, and so which parts of it are secret.
type Kind int

// The kinds of sources.
const (
	// Variable is the value of a variable, an argument or a field: secret by its name, by the credentials in it, or
	// if it looks random.
	Variable Kind = iota
	// Inherited is a variable that the project did not set: it may look random without being a secret.
	Inherited
	// Secret was declared to be one: all of it, and each field and line except those that tell whom it is for.
	Secret
	// File is the content of a user's own file (an environment file, a config, an ignored file), with a variable in
	// each line or field.
	File
	// Shared is the content of a file that everybody has, such as one in git: looking random does not make a value in
	// it secret.
	Shared
)

// Source is a text that may contain secrets, and its name: a variable, an option, or a file's path.
type Source struct {
	Kind       Kind
	Name, Text string
}

// largest is the size in bytes from which a file no longer counts as configuration.
const largest = 1 << 20

// deepest is how deep values are searched for values: a URL in JSON in base64.
const deepest = 6

// learner collects the secrets of sources, and the words beside them: users, hosts, databases.
type learner struct {
	found  map[string]bool
	words  map[string]bool
	random bool // random-looking values are secret
	depth  int
}

// secretsIn returns the secrets in a source, and the words that are not.
func secretsIn(s Source) (secrets, words map[string]bool) {
	l := &learner{found: map[string]bool{}, words: map[string]bool{}, random: s.Kind != Inherited && s.Kind != Shared}
	if len(s.Text) > largest || strings.ContainsRune(s.Text, 0) {
		return nil, nil
	}
	switch s.Kind {
	case Secret:
		l.declared(s.Name, s.Text)
	case File, Shared:
		l.file(s.Name, s.Text)
	default:
		l.variable(s.Name, s.Text)
	}
	return l.found, l.words
}

// word keeps a word that appears openly beside secrets.
func (l *learner) word(value string) {
	if value != "" && len(value) <= 64 && !looksRandom(value) && !strings.ContainsAny(value, " \t\n:=@{}") {
		l.words[strings.ToLower(value)] = true
	}
}

// add keeps a secret: each of its lines, and the whole as it is written when line ends are escaped.
func (l *learner) add(secret string) {
	secret = strings.TrimSpace(secret)
	if unquoted := strings.Trim(secret, `'"`); unquoted != "" && unquoted != secret {
		l.add(unquoted)
	}
	if plainValue(secret) {
		return
	}
	l.found[secret] = true
	if pemBegin.MatchString(secret) {
		secret = strings.ReplaceAll(secret, `\n`, "\n") // in a variable, a key is often on one line
	}
	if !strings.Contains(secret, "\n") {
		return
	}
	for line := range strings.Lines(secret) {
		line = strings.TrimSpace(line)
		if !plainValue(line) && strings.Trim(line, "{}[](),") != "" && !pemBegin.MatchString(line) && !pemEnd.MatchString(line) {
			l.found[line] = true
		}
	}
}

// plainValue reports whether a value hides nothing whatever it is called: a switch, a variable to fill in, a path.
func plainValue(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "***":
		return true
	}
	if len(value) < 2 || strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}") ||
		strings.HasPrefix(value, "<") && strings.HasSuffix(value, ">") {
		return true
	}
	return filePath.MatchString(value) || barePath.MatchString(value) && !looksRandom(value)
}

// filePath matches paths, however random: their first directory is a word. barePath matches paths that may also be a
// key in base64.
var (
	filePath = regexp.MustCompile(`^(?:~|\.\.?)?/[A-Z]?[a-z]{2,12}/[\w./@+~-]*$`)
	barePath = regexp.MustCompile(`^(?:~|\.\.?)?/[\w./@+~-]*$`)
)

// variable learns from a named value.
func (l *learner) variable(name, value string) {
	if l.depth++; l.depth > deepest {
		l.depth--
		return
	}
	defer func() { l.depth-- }()
	value = strings.TrimSpace(value)
	parts := l.places(name, value)
	l.keys(value)
	if wordName(name) {
		l.word(value)
	}
	switch {
	case secretName(name) && !parts:
		l.add(value)
		l.pieces(value)
	case secretName(name) && !strings.Contains(value, "://"):
		l.add(value)
	case l.random && !parts && looksRandom(value):
		l.add(value)
	}
	if text, ok := decoded(value); ok && (l.random || secretName(name)) {
		l.variable(name, text)
	}
}

// keys learns the private keys in a text.
func (l *learner) keys(text string) {
	for _, block := range pemBlock.FindAllString(text, -1) {
		l.add(block)
	}
}

// pieces learns the parts of a secret value that programs use separately: a list of keys, a password after its user.
func (l *learner) pieces(value string) {
	if _, password, ok := strings.Cut(value, ":"); ok {
		l.add(password)
	}
	if fields := strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ';' || unicode.IsSpace(c) }); len(fields) > 1 {
		for _, f := range fields {
			if looksRandom(f) || len(f) >= 2*shortest {
				l.add(f)
			}
			if _, password, ok := strings.Cut(f, ":"); ok {
				l.add(password)
			}
		}
	}
}

// declared learns a secret: its fields, except those that tell whom it is for, or all of it if it has none.
func (l *learner) declared(name, text string) {
	if fields, ok := fieldsOf(name, text); ok {
		for _, f := range fields {
			if secretName(f.name) || !publicName(f.name) {
				l.add(f.value)
			}
			l.variable(f.name, f.value)
		}
		return
	}
	l.add(text)
	l.file(name, text)
}

// file learns from the fields and lines of a file.
func (l *learner) file(name, text string) {
	fields, ok := fieldsOf(name, text)
	if !ok {
		fields = linesOf(text)
	}
	for _, f := range fields {
		l.variable(f.name, f.value)
	}
	for _, password := range passLines(text) {
		l.add(password)
	}
	l.keys(text)
	if !ok && l.random {
		for word := range strings.FieldsSeq(text) {
			if word = strings.Trim(word, `"',;`); looksRandom(word) && !strings.ContainsAny(word, "=:") {
				l.add(word)
			}
		}
	}
}

// decoded returns a value's base64-decoded text, if it is one.
func decoded(value string) (string, bool) {
	if len(value) < 8 || strings.ContainsAny(value, " :;{") {
		return "", false
	}
	value = strings.TrimRight(value, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		raw, err := encoding.DecodeString(value)
		if err == nil && utf8.Valid(raw) &&
			!strings.ContainsFunc(string(raw), func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) }) {
			return string(raw), true
		}
	}
	return "", false
}
