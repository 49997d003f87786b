package data

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Patterns of the values that Postgres writes; they are used on every value.
var (
	intervalDays  = regexp.MustCompile(`(-?\d+) (year|mon|day)s?`)
	intervalHours = regexp.MustCompile(`(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)`)
	separator     = regexp.MustCompile(`[,;|]`)
	arrayElement  = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"|[^,{}]+`)
	hstorePair    = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|(NULL))`)
	escaped       = regexp.MustCompile(`\\(.)`)
)

// sharedForm returns a value in the form that its family and another one have in common, and whether they have one.
func sharedForm(text string, f, other family) (string, bool) {
	pair := func(a, b family) bool { return f == a && other == b || f == b && other == a }
	switch {
	case pair(familyNumber, familyTime):
		return epoch(text, f), true
	case pair(familyNumber, familyInterval):
		return seconds(text, f), true
	case f == familyList && other == familyText:
		if elements := arrayElements(text); len(elements) == 1 { // the whole text, or a list of one
			return list(elements[0], familyText), true
		}
		return list(text, f), true
	case pair(familyText, familyList), pair(familyJSON, familyList):
		return list(text, f), true
	case pair(familyPairs, familyJSON):
		return pairs(text, f), true
	}
	return "", false
}

// amount returns a sum of money without its sign and separators.
func amount(text string) string { return strings.NewReplacer("$", "", ",", "").Replace(text) }

// epoch returns a point in time as seconds since 1970; a number too large for that counts milliseconds.
func epoch(text string, f family) string {
	if f == familyTime {
		at, err := time.Parse(time.RFC3339Nano, instant(text))
		if err != nil {
			return text
		}
		return new(big.Rat).SetFrac64(at.UnixMicro(), 1e6).RatString()
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	if value.Cmp(big.NewRat(1e11, 1)) > 0 {
		value.Quo(value, big.NewRat(1000, 1))
	}
	return value.RatString()
}

// seconds returns an interval as its seconds, as extract(epoch) counts them.
func seconds(text string, f family) string {
	if f == familyNumber {
		return number(text)
	}
	sum := new(big.Rat)
	units := map[string]int64{"year": 31557600, "mon": 2592000, "day": 86400}
	for _, m := range intervalDays.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return text
		}
		sum.Add(sum, big.NewRat(n*units[m[2]], 1))
	}
	if m := intervalHours.FindStringSubmatch(text); m != nil {
		hours, _ := new(big.Rat).SetString(m[2])
		minutes, _ := new(big.Rat).SetString(m[3])
		rest, _ := new(big.Rat).SetString(m[4])
		rest.Add(rest, hours.Mul(hours, big.NewRat(3600, 1))).Add(rest, minutes.Mul(minutes, big.NewRat(60, 1)))
		if m[1] != "" {
			rest.Neg(rest)
		}
		sum.Add(sum, rest)
	}
	return sum.RatString()
}

// list returns the elements of an array, of a JSON array or of a text that separates them, in order.
func list(text string, f family) string {
	var elements []string
	switch f {
	case familyList:
		elements = arrayElements(text)
	case familyJSON:
		var values []any
		if decoded(text, &values) != nil {
			return text
		}
		for _, v := range values {
			elements = append(elements, scalar(v))
		}
	default:
		elements = separator.Split(text, -1)
	}
	for i := range elements {
		elements[i] = strings.TrimSpace(elements[i])
	}
	return strings.Join(slices.DeleteFunc(elements, func(e string) bool { return e == "" }), ",")
}

// respelled returns a list with each element as an array of this type has it.
func respelled(list string, of family) string {
	elements := strings.Split(list, ",")
	for i := range elements {
		elements[i] = spellText(elements[i], of)
	}
	return strings.Join(elements, ",")
}

// arrayElements returns the elements of a one-dimensional array as Postgres writes it.
func arrayElements(text string) []string {
	var elements []string
	for _, m := range arrayElement.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(m[0], `"`) {
			elements = append(elements, unescaped(m[1]))
		} else {
			elements = append(elements, m[0])
		}
	}
	return elements
}

// pairs returns the pairs of an hstore or of a flat JSON object, whose values an hstore has as texts.
func pairs(text string, f family) string {
	values := map[string]any{}
	if f == familyJSON {
		if decoded(text, &values) != nil {
			return text
		}
	} else {
		for _, m := range hstorePair.FindAllStringSubmatch(text, -1) {
			values[unescaped(m[1])] = unescaped(m[2])
			if m[3] != "" {
				values[unescaped(m[1])] = nil
			}
		}
	}
	for key, value := range values {
		if value != nil {
			values[key] = scalar(value)
		}
	}
	out, err := json.Marshal(values)
	if err != nil {
		return text
	}
	return string(out)
}

// decoded reads a JSON text and keeps its numbers as they are written.
func decoded(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// scalar returns a JSON value as a text: a string without its quotes.
func scalar(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	out, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(out)
}

func unescaped(text string) string { return escaped.ReplaceAllString(text, "$1") }
