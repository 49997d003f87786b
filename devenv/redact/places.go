package redact

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// address finds URLs in a value; pair finds assignments in a connection string, whatever separates them.
var (
	address = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)
	pair    = regexp.MustCompile(`(?:^|[\s;,&?{(])([A-Za-z][\w .-]*?)\s*=\s*('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\{[^}]*\}|[^\s;]+)`)
	option  = regexp.MustCompile(`(?:^|\s)--?([A-Za-z][\w-]*)[ =]("[^"]*"|'[^']*'|[^\s"']+)`)
	// program finds the passwords that some programs take in other ways: mysql -pPASSWORD, redis-cli -a, curl -u
	// user:.
	program = regexp.MustCompile(`\b(?:(?:mysql|mariadb)[\w-]*\b.*?\s-p|redis-cli\b.*?\s-a\s+|curl\b.*?\s-u\s*[^\s:]+:|sshpass\s+-p\s*)("[^"]*"|'[^']*'|[^\s"']+)`)
	// passLine is a line of .pgpass.
	passLine = regexp.MustCompile(`(?m)^[^\s#:][^\s:]*:(?:\d+|\*):(?:[^:\n\\]|\\.)+:(?:[^:\n\\]|\\.)+:(.+)$`)
	// netrc are the fields of .netrc.
	netrc = regexp.MustCompile(`\blogin\s+\S+\s+password\s+(\S+)`)
)

// places learns the credentials in a value by their position: in URLs, connection strings, options of a command, and
// fields. It reports whether the value consists of such parts.
func (l *learner) places(name, value string) bool {
	parts := false
	for _, found := range address.FindAllString(value, -1) {
		l.url(found)
		parts = true
	}
	if _, rest, ok := strings.Cut(value, "://"); ok && !strings.ContainsAny(value, " \n") {
		l.userinfo(rest) // unescaped: everything before the last @
	}
	for _, found := range option.FindAllStringSubmatch(value, -1) {
		if secretName(found[1]) {
			l.add(found[2])
		}
	}
	for _, found := range program.FindAllStringSubmatch(value, -1) {
		l.add(found[1])
	}
	if fields, ok := fieldsOf(name, value); ok {
		for _, f := range fields {
			if secretName(name) && !publicName(f.name) {
				l.add(f.value)
			}
			l.variable(f.name, f.value)
		}
		return true
	}
	for _, found := range pair.FindAllStringSubmatch(value, -1) {
		l.assigned(found[1], found[2], value)
		parts = parts || secretName(found[1])
	}
	return parts
}

// assigned learns a pair of a connection string. Only the program knows whether a comma or an ampersand ends the
// value.
func (l *learner) assigned(name, value, whole string) {
	if wordName(name) {
		l.word(strings.Trim(value, `'"{}`))
	}
	if !secretName(name) {
		return
	}
	l.add(value)
	l.add(strings.NewReplacer(`\'`, `'`, `\\`, `\`, `''`, `'`).Replace(strings.Trim(value, `'"{}`)))
	for _, end := range []string{",", "&"} {
		if before, _, ok := strings.Cut(value, end); ok && strings.Contains(whole, "=") {
			l.add(before)
		}
	}
}

// url learns the password of a URL, as written and decoded, its query, and what looks random in it.
func (l *learner) url(text string) {
	_, rest, _ := strings.Cut(text, "://")
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	l.userinfo(authority)
	l.wordsOf(authority, strings.TrimPrefix(rest, authority))
	_, query, _ := strings.Cut(rest, "?")
	l.query(query)
	if path, ok := strings.CutPrefix(rest, authority); ok && l.random {
		for segment := range strings.SplitSeq(strings.SplitN(path, "?", 2)[0], "/") {
			if looksRandom(segment) {
				l.add(segment)
			}
		}
	}
}

// query learns the values in a URL's query, as written and decoded.
func (l *learner) query(text string) {
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '&' || c == ';' || c == '#' }) {
		if name, value, ok := strings.Cut(part, "="); ok {
			l.variable(name, value)
			if plain, err := url.QueryUnescape(value); err == nil && plain != value {
				l.variable(name, plain)
			}
		}
	}
}

// wordsOf keeps the user, the host and the database of a URL as words.
func (l *learner) wordsOf(authority, path string) {
	host := authority[strings.LastIndex(authority, "@")+1:]
	if user, _, ok := strings.Cut(authority, ":"); ok && len(host) < len(authority) {
		l.word(user)
	}
	for one := range strings.SplitSeq(host, ",") { // Postgres accepts several
		if name, _, err := net.SplitHostPort(one); err == nil {
			one = name
		}
		l.word(one)
	}
	database, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "?")
	l.word(database)
}

// userinfo learns what precedes the last @: a password, or a key in place of the user.
func (l *learner) userinfo(text string) {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return
	}
	user, password, ok := strings.Cut(text[:at], ":")
	secret := password
	if !ok && looksRandom(user) {
		secret = user
	}
	l.add(secret)
	if plain, err := url.PathUnescape(secret); err == nil {
		l.add(plain)
	}
}

// passLines returns the passwords in a .pgpass, as written and unescaped, and in a .netrc.
func passLines(text string) []string {
	var passwords []string
	for _, line := range passLine.FindAllStringSubmatch(text, -1) {
		passwords = append(passwords, line[1], strings.NewReplacer(`\:`, `:`, `\\`, `\`).Replace(line[1]))
	}
	for _, found := range netrc.FindAllStringSubmatch(text, -1) {
		passwords = append(passwords, found[1])
	}
	return passwords
}
