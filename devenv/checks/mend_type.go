package checks

import (
	"regexp"
	"strings"
)

// addedType is the SQLAlchemy type of the column that a statement adds, "…" for one without an obvious name; false when
// the statement adds none.
func addedType(statement string) (string, bool) {
	m := regexp.MustCompile(`(?is)\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)\s+(.+)$`).FindStringSubmatch(statement)
	if m == nil || regexp.MustCompile(`(?i)^(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK|EXCLUDE)$`).MatchString(m[1]) {
		return "", false
	}
	kind := regexp.MustCompile(`(?i)\s+(?:NOT|NULL|DEFAULT|UNIQUE|REFERENCES|PRIMARY|CHECK|CONSTRAINT|GENERATED|COLLATE)\b`).Split(m[2], 2)[0]
	name, size, sized := strings.Cut(strings.ToUpper(strings.TrimSpace(kind)), "(")
	python := map[string]string{
		"INTEGER": "Integer", "BIGINT": "BigInteger", "SMALLINT": "SmallInteger", "TEXT": "Text", "BOOLEAN": "Boolean", "DATE": "Date",
		"UUID": "Uuid", "VARCHAR": "String", "CHARACTER VARYING": "String", "NUMERIC": "Numeric", "DOUBLE PRECISION": "Double",
		"TIMESTAMP": "DateTime", "TIMESTAMP WITHOUT TIME ZONE": "DateTime",
	}[name]
	switch {
	case name == "TIMESTAMP WITH TIME ZONE" || name == "TIMESTAMPTZ":
		return "sa.DateTime(timezone=True)", true
	case python == "":
		return "…", true
	case sized:
		return "sa." + python + "(" + size, true
	}
	return "sa." + python + "()", true
}
