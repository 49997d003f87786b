package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Places of credentials, whatever their value: the password of a URL, a header, and the surroundings of a connection
// string's password.
var (
	inURL      = regexp.MustCompile(`://[^\s:/?#@'"<>\\]*:([^\s/?#'"<>]+)@`)
	inHeader   = regexp.MustCompile(`(?i)\b(?:basic|bearer)\s+([A-Za-z0-9+/._~=-]{8,})`)
	dotted     = regexp.MustCompile(`^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$`) // a name in code
	connection = regexp.MustCompile(`(?i)(?:^|[\s;"'])(?:server|data source|host|hostaddr|accountname|endpoint|dbname|database|initial catalog|user id|uid|user)=[^\s(),]+[\s;]`)
)

// credentials returns the spans in a line that are credentials because of where they are. Of a name's value it takes
// only what looks random: the rest may be code.
func (l *lines) credentials(s string) (spans []span) {
	if strings.Contains(s, "://") {
		for _, at := range inURL.FindAllStringSubmatchIndex(s, -1) {
			if !strings.ContainsAny(s[at[2]:at[2]+1], "$<{%*[") { // a placeholder, or redacted already
				spans = append(spans, span{at[2], at[3]})
			}
		}
	}
	if strings.Contains(s, "asic ") || strings.Contains(s, "earer ") {
		for _, at := range inHeader.FindAllStringSubmatchIndex(s, -1) {
			if value := s[at[2]:at[3]]; looksRandom(value) || isBasic(value) {
				spans = append(spans, span{at[2], at[3]})
			}
		}
	}
	for i := range len(s) {
		if s[i] != '=' && s[i] != ':' || !l.secretName(nameBefore(s[:i])) {
			continue
		}
		value := valueAfter(s, i+1)
		text := s[value.from:value.to]
		if !plainValue(text) && text[0] != Mark[0] && !dotted.MatchString(text) &&
			(looksRandom(text) || s[i] == '=' && connection.MatchString(s)) {
			spans = append(spans, value)
		}
	}
	return spans
}

// secretName caches the result: a program's output repeats the same names.
func (l *lines) secretName(name string) bool {
	secret, known := l.names[name]
	if !known {
		if len(l.names) > 1<<12 {
			clear(l.names)
		}
		secret = secretName(name)
		l.names[strings.Clone(name)] = secret
	}
	return secret
}

// nameBefore returns the name at the end of a text that assigns to it: NAME, "name", ['name'].
func nameBefore(text string) string {
	end := strings.TrimRight(text, `"'])\`)
	if end == text {
		end = strings.TrimSuffix(text, " ")
	}
	start := len(end)
	for start > 0 && isNameByte(end[start-1]) {
		start--
	}
	return end[start:]
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// valueAfter returns the value assigned at a position of a line, without quotes and without what wraps it, as in
// SecretStr('value') and b'value'.
func valueAfter(s string, at int) span {
	for at < len(s) && strings.IndexByte("=> \t", s[at]) >= 0 {
		at++
	}
	wrapper := at
	for wrapper < len(s) && isNameByte(s[wrapper]) {
		wrapper++
	}
	if quotes := len(s) - len(strings.TrimLeft(s[wrapper:], `("'\`)); quotes > wrapper {
		at = quotes
	}
	end := at
	for end < len(s) && strings.IndexByte(" \t\"',;()\\&", s[end]) < 0 {
		end++
	}
	return span{at, end}
}

// encoded returns the words of a line that are a secret in base64, however short.
func (l *lines) encoded(s string) (spans []span) {
	for at := 0; at < len(s); at++ {
		end := at
		for end < len(s) && (isNameByte(s[end]) && s[end] != '.' || s[end] == '+' || s[end] == '/') {
			end++
		}
		if length := end - at; length >= 8 && length <= 1<<12 && length%4 != 1 && beginsText(s[at:at+4]) {
			if text, ok := decoded(s[at:end]); ok {
				if found, _ := l.index.find(text); len(found) > 0 {
					spans = append(spans, span{at, end})
				}
			}
		}
		at = end
	}
	return spans
}

// beginsText reports whether four characters of base64 begin a text: those of most words do not.
func beginsText(four string) bool {
	var three [3]byte
	n, err := base64.URLEncoding.Decode(three[:], []byte(four))
	for _, c := range three[:n] {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return err != nil || n == 3
}

// isBasic reports whether a text is a user and a password in base64.
func isBasic(text string) bool {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return err == nil && utf8.Valid(raw) && strings.Contains(string(raw), ":")
}
