package redact

import (
	"slices"
	"strings"
	"unicode"
)

// secretName reports whether a variable, option or field of that name holds a secret. It splits the name into words
// (DB_PW, db-pw, dbPw); words that describe a secret (TOKEN_TTL, PASSWORD_FILE) make the name a plain one.
func secretName(name string) bool {
	words := wordsOf(name)
	if len(words) == 0 || name == "PWD" { // a shell's working directory
		return false
	}
	last := words[len(words)-1]
	if slices.Contains(descriptiveWords(), last) || slices.Contains([]string{
		"max", "min", "num", "use", "enable", "allow", "require", "has", "is",
		"no",
	}, words[0]) {
		return false
	}
	joined := strings.Join(words, "")
	if slices.ContainsFunc(secretParts(), func(part string) bool { return strings.Contains(joined, part) }) {
		return true
	}
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(secretWords(), w) }) {
		return true
	}
	if last == "key" || last == "keys" {
		return len(words) > 1 && !slices.Contains(plainKeys(), words[len(words)-2]) // a key alone may be of any kind
	}
	return false
}

// secretParts make a name secret anywhere in it, secretWords only as a separate word.
func secretParts() []string {
	return []string{
		"password", "passwd", "passphrase", "passcode", "passwort", "secret", "token", "apikey", "privatekey", "accesskey", "accountkey",
		"credential", "pgpass", "requirepass", "htpasswd", "basicauth", "connectionstring", "authkey",
	}
}

func secretWords() []string {
	return []string{
		"pw", "pwd", "pass", "sk", "jwt", "jwk", "jwks", "salt", "salts", "pepper", "cookie", "cookies", "cred",
		"creds", "auth", "pin", "otp",
		"totp", "psk",
		"sas", "bearer", "hmac", "mnemonic", "dbpass", "userpass", "userpw", "dbpw", "rootpw", "adminpw",
		"signature", "sig", "authorization",
	}
}

// descriptiveWords returns last words of names that describe a secret.
func descriptiveWords() []string {
	return []string{
		"name", "names", "alg", "algorithm", "algorithms", "ttl", "expire", "expires", "expiry", "expiration", "length", "len", "lifetime",
		"rounds",
		"enabled", "disabled", "host", "port", "domain", "path", "file", "files", "dir", "directory", "type",
		"issuer", "audience", "header",
		"prefix", "suffix",
		"version", "size", "minutes", "seconds", "hours", "days", "age", "secure", "samesite", "httponly", "endpoint", "user", "username",
		"email",
		"mode", "count", "limit", "policy", "provider", "backend", "class", "field", "column", "table", "format", "location", "timeout",
		"interval",
		"region", "required", "regex", "pattern", "validators", "scheme", "schemes", "method", "methods", "realm",
		"scope", "scopes", "strategy",
		"service", "server", "url", "uri", "hashers", "hasher", "error", "reset", "changed", "at", "created", "updated", "valid", "dsn",
	}
}

// plainKeys returns the words before "key" with which it is not a secret.
func plainKeys() []string {
	return []string{
		"primary", "foreign", "public", "sort", "partition", "cache", "routing", "group", "unique", "index", "natural", "hot",
		"pub", "by", "surrogate",
	}
}

// publicName reports whether a field holds what is public about a secret: whom it is for, and where.
func publicName(name string) bool {
	words := wordsOf(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return slices.Contains(descriptiveWords(), last) || slices.Contains([]string{
		"db", "database", "dbname", "engine", "hostname", "addr", "address", "ip", "id", "driver", "dialect", "project", "schema", "login",
		"account", "machine", "charset",
	}, last)
}

// wordName reports whether a field holds a user, a host or a database, whose names are the project's words.
func wordName(name string) bool {
	words := wordsOf(name)
	return len(words) > 0 && slices.Contains([]string{
		"user", "username", "uid", "login", "db", "database", "dbname", "host", "hostname", "server", "catalog", "schema",
	}, words[len(words)-1])
}

// wordsOf returns the words of a name in lower case, without numbers.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words, word = append(words, strings.ToLower(string(word))), nil
		}
	}
	var before rune
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c):
			end()
		case unicode.IsUpper(c) && unicode.IsLower(before):
			end()
			fallthrough
		default:
			word = append(word, c)
		}
		before = c
	}
	end()
	return words
}
