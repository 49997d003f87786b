package redact

import (
	"math"
	"regexp"
	"strings"
)

// randomRun matches the characters of keys and tokens.
var randomRun = regexp.MustCompile(`[A-Za-z0-9+/_=-]{10,}`)

// digest is a hash that identifies something, and is no secret.
var digest = regexp.MustCompile(`(?i)\b(?:sha\d*|md5)[:=-][A-Za-z0-9+/=]+`)

// email is an address, whose "@" does not make it a password.
var email = regexp.MustCompile(`^[\w.+-]+@[\w-]+(\.[\w-]+)*$`)

// looksRandom reports whether a value looks like a generated key or a strong password, and not like a word, path,
// version, date or address: a secret may have a name that reveals nothing.
func looksRandom(value string) bool {
	value = strings.TrimSpace(value)
	if len(value) < 8 || len(value) > 1<<12 || strings.ContainsAny(value, " \t\n") {
		return false
	}
	for _, run := range randomRun.FindAllString(digest.ReplaceAllString(value, ""), -1) {
		if randomToken(run) {
			return true
		}
	}
	return isStrongPassword(value)
}

// randomToken reports whether letters and digits alternate as they do by chance: in "postgresql17data" their kind
// changes twice, in a key of that length eight times.
func randomToken(run string) bool {
	kinds, changes := changesOf(run)
	switch {
	case kinds["digit"] == 0 || kinds["lower"]+kinds["upper"] == 0:
		return false
	case len(run) >= 16:
		return changes*5 >= len(run) && entropy(run) >= 3
	case kinds["lower"] > 0 && kinds["upper"] > 0:
		return changes*3 >= len(run)
	}
	return changes*2 >= len(run) && strings.ContainsAny(run, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ") // otherwise it is a revision's id
}

// isStrongPassword reports whether a value has all the kinds of characters that password rules require.
func isStrongPassword(value string) bool {
	if len(value) > 64 || strings.ContainsAny(value, `/:,;()[]{}<>|\"'`) || email.MatchString(value) {
		return false
	}
	kinds, _ := changesOf(value)
	return kinds["digit"] > 0 && kinds["lower"]+kinds["upper"] > 0 && strings.ContainsAny(value, "!@#$%^&*?~")
}

// changesOf counts the characters of each kind, and how often the kind changes between neighbours.
func changesOf(value string) (kinds map[string]int, changes int) {
	kinds = map[string]int{}
	before := ""
	for i := range len(value) {
		kind := ""
		switch c := value[i]; {
		case c >= '0' && c <= '9':
			kind = "digit"
		case c >= 'a' && c <= 'z':
			kind = "lower"
		case c >= 'A' && c <= 'Z':
			kind = "upper"
		}
		if kind != "" {
			kinds[kind]++
			if before != "" && before != kind {
				changes++
			}
		}
		before = kind
	}
	return kinds, changes
}

// entropy returns the Shannon entropy, in bits per byte.
func entropy(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
