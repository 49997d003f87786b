package data

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// retyping spells the texts of a column's values, as Postgres writes them under steady settings, the same where they are
// the same value of its old and its new type: 1.5 and 1.50, a timestamp and the timestamptz it is under UTC, a JSON text and
// its jsonb, 'yes' and the boolean true. Text that a number could not be written back as ('007', ' 7') is not that number.
type retyping struct{ old, new string }

// was returns the spelling of a value of the old type, is of one of the new.
func (c retyping) was(text string) string { return c.spell(text, c.old, c.new) }
func (c retyping) is(text string) string  { return c.spell(text, c.new, c.old) }

func (c retyping) spell(text, typ, other string) string {
	element, isArray := strings.CutSuffix(typ, "[]")
	if of, both := strings.CutSuffix(other, "[]"); isArray && both && len(text) > 2 && !strings.ContainsAny(text, `"\`) {
		parts := strings.Split(strings.Trim(text, "{}"), ",")
		for i := range parts {
			parts[i] = c.spell(parts[i], element, of)
		}
		return strings.Join(parts, ",")
	}
	f, g := familyOf(typ), familyOf(other)
	switch {
	case f == familyOther || g == familyOther:
		return text
	case f == familyText && g != familyText:
		return spellText(text, g)
	case c.old == "real" && c.new == "double precision":
		return single(text)
	}
	return spellAs(text, f)
}

// family is a group of types whose values can be the same.
type family int

const (
	familyOther family = iota
	familyText
	familyNumber
	familyBoolean
	familyTime
	familyClock
	familyJSON
	familyUUID
	familyBytes
	familyAddress
)

func familyOf(typ string) family {
	switch typ {
	case "text", "character varying", "character", "name":
		return familyText
	case "smallint", "integer", "bigint", "numeric", "real", "double precision":
		return familyNumber
	case "boolean":
		return familyBoolean
	case "timestamp without time zone", "timestamp with time zone", "date":
		return familyTime
	case "time without time zone", "time with time zone":
		return familyClock
	case "json", "jsonb":
		return familyJSON
	case "uuid":
		return familyUUID
	case "bytea":
		return familyBytes
	case "inet", "cidr":
		return familyAddress
	}
	return familyOther
}

// spellText returns a text that is compared with a value of another family.
func spellText(text string, other family) string {
	switch other {
	case familyNumber:
		if !regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`).MatchString(text) {
			return text
		}
	case familyBytes:
		return `\x` + hex.EncodeToString([]byte(text))
	}
	return spellAs(text, other)
}

// spellAs returns a value of a family in its one spelling.
func spellAs(text string, f family) string {
	switch f {
	case familyNumber:
		return number(text)
	case familyBoolean:
		return boolean(text)
	case familyTime:
		return instant(text)
	case familyClock:
		return strings.TrimSuffix(text, "+00")
	case familyJSON:
		return jsonText(text)
	case familyUUID:
		return strings.ToLower(strings.NewReplacer("-", "", "{", "", "}", "").Replace(text))
	case familyAddress:
		if p, err := netip.ParsePrefix(text); err == nil && p.IsSingleIP() {
			return p.Addr().String()
		}
	}
	return text
}

// number returns a decimal without needless zeros. NaN and infinities, and exponents beyond reason, stay as they are.
func number(text string) string {
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(text[at+1:]); err != nil || exponent > 400 || exponent < -400 {
			return text
		}
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	return value.RatString()
}

// single returns a number as a single-precision one.
func single(text string) string {
	value, err := strconv.ParseFloat(text, 32)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(value, 'g', -1, 32)
}

// boolean returns what Postgres takes a text for, in the spelling of 1 and 0, which numbers share.
func boolean(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "t", "true", "y", "yes", "on", "1":
		return "1"
	case "f", "false", "n", "no", "off", "0":
		return "0"
	}
	return text
}

// instant returns a moment under UTC.
func instant(text string) string {
	for _, layout := range []string{"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999", "2006-01-02", time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05.999999-07:00", "2006-01-02 15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}

// jsonText returns a JSON value without the spaces, the order of keys and the doubles that jsonb does not keep.
func jsonText(text string) string {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	if encoder.Encode(value) != nil {
		return text
	}
	return out.String()
}
