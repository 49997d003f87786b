package checks

import (
	"regexp"
	"strings"
)

// addedType returns the type of the column that a statement adds, and false when it adds none.
func addedType(statement string) (string, bool) {
	m := regexp.MustCompile(
		`(?is)\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)\s+(.+)$`,
	).FindStringSubmatch(statement)
	if m == nil || regexp.MustCompile(`(?i)^(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK|EXCLUDE)$`).MatchString(m[1]) {
		return "", false
	}
	kind := regexp.MustCompile(
		`(?i)\s+(?:NOT|NULL|DEFAULT|UNIQUE|REFERENCES|PRIMARY|CHECK|CONSTRAINT|GENERATED|COLLATE)\b`,
	).Split(m[2], 2)[0]
	return strings.TrimSpace(kind), true
}
