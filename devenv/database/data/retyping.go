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

// retyping normalizes the texts of a column's values, as Postgres writes them under steady settings, so that the same
// value of the old and the new type has the same text: 1.5 and 1.50, a timestamp and its timestamptz in UTC, a JSON
// text and its jsonb, 'yes' and the boolean true. A text that a number would not be written as ('007', ' 7') is not
// that number. forms.go has the forms that two families share: an epoch and its timestamp, a list in one text and its
// array.
type retyping struct {
	old, new string
	// unit is how many seconds a number counts that an interval is compared with; empty means one.
	unit string
}

// was normalizes a value of the old type, is one of the new type.
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
	if typ == "money" {
		text = amount(text)
	}
	if c.unit != "" && f == familyNumber && g == familyInterval {
		text = times(text, c.unit)
	}
	if form, shared := sharedForm(text, f, g); shared {
		if of := elementFamily(typ, other); of == familyBoolean || of == familyNumber {
			return respelled(form, of)
		}
		return form
	}
	switch {
	case typ == "point" || other == "point": // which a text may have without parentheses
		return fields("(" + strings.Trim(strings.ReplaceAll(text, " ", ""), "()") + ")")
	case f == familyOther || g == familyOther:
		return fields(text)
	case f == familyText && g != familyText:
		return spellText(text, g)
	case c.old == "real" && c.new == "double precision":
		return single(text)
	}
	return spellAs(text, f)
}

// family is a group of types that can represent the same values.
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
	familyInterval
	familyList
	familyPairs
)

func familyOf(typ string) family {
	switch {
	case strings.HasSuffix(typ, "[]"):
		return familyList
	case typ == "hstore" || strings.HasSuffix(typ, ".hstore"):
		return familyPairs
	}
	switch typ {
	case "text", "character varying", "character", "name":
		return familyText
	case "smallint", "integer", "bigint", "numeric", "real", "double precision", "money":
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
	case "interval":
		return familyInterval
	}
	return familyOther
}

// elementFamily returns the family of the elements of the one of two types that is an array.
func elementFamily(typ, other string) family {
	for _, t := range []string{typ, other} {
		if element, isArray := strings.CutSuffix(t, "[]"); isArray {
			return familyOf(element)
		}
	}
	return familyOther
}

// plainNumber matches a text as a number is written.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)

// spellText normalizes a text that is compared with a value of another family.
func spellText(text string, other family) string {
	switch other {
	case familyNumber:
		if !plainNumber.MatchString(text) {
			return text
		}
	case familyBytes:
		return `\x` + hex.EncodeToString([]byte(text))
	}
	return spellAs(text, other)
}

// spellAs returns a family's value in normal form.
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

// number returns a decimal without redundant zeros. NaN, infinities and extreme exponents stay as they are.
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

// single rounds a number to single precision.
func single(text string) string {
	value, err := strconv.ParseFloat(text, 32)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(value, 'g', -1, 32)
}

// boolean returns 1 or 0, which numbers share, for a text that Postgres accepts as a boolean.
func boolean(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "t", "true", "y", "yes", "on", "1":
		return "1"
	case "f", "false", "n", "no", "off", "0":
		return "0"
	}
	return text
}

// instant returns a point in time in UTC.
func instant(text string) string {
	for _, layout := range []string{
		"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999", "2006-01-02", time.RFC3339Nano,
		"2006-01-02T15:04:05.999999", "2006-01-02 15:04:05.999999-07:00", "2006-01-02 15:04",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}

// jsonText returns a JSON value without what jsonb drops or takes for equal: spaces, the order of keys, duplicate keys,
// zeros at the end of a decimal.
func jsonText(text string) string {
	var value any
	if decoded(text, &value) != nil {
		return text
	}
	value = plainNumbers(value)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	if encoder.Encode(value) != nil {
		return text
	}
	return out.String()
}

// plainNumbers returns a JSON value with its numbers in normal form.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		return json.Number(decimalText(v.String()))
	case map[string]any:
		for name, member := range v {
			v[name] = plainNumbers(member)
		}
	case []any:
		for i, element := range v {
			v[i] = plainNumbers(element)
		}
	}
	return value
}

// decimalText returns a number as it is written without zeros at the end of its decimals.
func decimalText(text string) string {
	if !strings.Contains(text, ".") || strings.ContainsAny(text, "eE") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
