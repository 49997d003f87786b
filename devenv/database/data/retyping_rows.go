package data

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// seen returns how a column's values are compared, as its old and new ones show it: a text that is a number in every row
// is one where times replace it, and a number counts minutes if it does so in every row.
func (c retyping) seen(pairs [][2]string) retyping {
	if f := familyOf(c.new); familyOf(c.old) == familyText && (f == familyTime || f == familyInterval) &&
		every(pairs, func(was, _ string) bool { _, ok := new(big.Rat).SetString(was); return ok }) {
		c.old = "numeric"
	}
	if f, g := familyOf(c.old), familyOf(c.new); f == familyNumber && g == familyInterval || f == familyInterval && g == familyNumber {
		for _, unit := range []string{"1", "0.001", "60", "3600", "86400"} {
			in := retyping{old: c.old, new: c.new, unit: unit}
			if every(pairs, func(was, is string) bool { return in.was(was) == in.is(is) }) {
				return in
			}
		}
	}
	return c
}

// misread reports whether numbers that are recent points in time, in seconds or milliseconds since 1970, became others: a
// day further, which no time zone explains.
func (c retyping) misread(pairs [][2]string) bool {
	const from, to, day = 631152000, 4102444800, 86400 // 1990 and 2100
	if familyOf(c.old) != familyNumber || familyOf(c.new) != familyTime {
		return false
	}
	return every(pairs, func(was, is string) bool {
		meant, isNumber := new(big.Rat).SetString(epoch(was, familyNumber))
		became, isTime := new(big.Rat).SetString(epoch(is, familyTime))
		if !isNumber || !isTime || meant.Cmp(big.NewRat(from, 1)) < 0 || meant.Cmp(big.NewRat(to, 1)) > 0 {
			return false
		}
		off := new(big.Rat).Sub(meant, became)
		return off.Abs(off).Cmp(big.NewRat(day, 1)) > 0
	})
}

// every reports whether a condition holds for all of some pairs of values, and there are any.
func every(pairs [][2]string, holds func(was, is string) bool) bool {
	return len(pairs) > 0 && !slices.ContainsFunc(pairs, func(p [2]string) bool { return !holds(p[0], p[1]) })
}

// pairs returns a column's old and new value of each row that has both.
func (s *sides) pairs(column string) (pairs [][2]string) {
	at := s.at[column]
	for n, values := range s.before.values {
		if m, there := s.after.at[s.before.ids[n]]; there && values[at] != nil && s.after.values[m][at] != nil {
			pairs = append(pairs, [2]string{*values[at], *s.after.values[m][at]})
		}
	}
	return pairs
}

// grown reports whether a JSON object only got members whose values other columns of its row had: they were merged
// into it; the other way round, its members became columns.
func (c retyping) grown(was, is string, row []*string) bool {
	old, now := map[string]any{}, map[string]any{}
	if familyOf(c.old) != familyJSON || familyOf(c.new) != familyJSON || decoded(was, &old) != nil || decoded(is, &now) != nil {
		return false
	}
	for name, value := range old {
		if kept, there := now[name]; !there || scalar(kept) != scalar(value) {
			return false
		}
		delete(now, name)
	}
	for _, value := range now {
		if value != nil && !has(row, scalar(value)) {
			return false
		}
	}
	return true
}

// rekeyed reports whether members of a JSON object only got other names.
func (c retyping) rekeyed(was, is string) bool {
	old, now := map[string]any{}, map[string]any{}
	if familyOf(c.old) != familyJSON || familyOf(c.new) != familyJSON || decoded(was, &old) != nil || decoded(is, &now) != nil {
		return false
	}
	var gone, fresh []string
	for name, value := range old {
		if kept, there := now[name]; !there {
			gone = append(gone, scalar(value))
		} else if scalar(kept) != scalar(value) {
			return false
		}
		delete(now, name)
	}
	for _, value := range now {
		fresh = append(fresh, scalar(value))
	}
	slices.Sort(gone)
	slices.Sort(fresh)
	return slices.Equal(gone, fresh)
}

// reformatted reports whether a text is the same JSON document as before, as after a cast to jsonb and back.
func (c retyping) reformatted(was, is string) bool {
	opens := func(text string) bool { return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") }
	return familyOf(c.old) == familyText && familyOf(c.new) == familyText && opens(was) && opens(is) && jsonText(was) == jsonText(is)
}

// Patterns of texts that people write in several ways: blanks around and inside of anything, and the signs between the
// groups of a number of a phone or an account.
var (
	address = regexp.MustCompile(`^\S+@\S+$`)
	digits  = regexp.MustCompile(`^\+?\pL{0,2}[\d\s()/.-]*\d[\pL\d\s()/.-]*$`)
	decimal = regexp.MustCompile(`^\s*-|\d\.\d{1,2}$`)
	sign    = regexp.MustCompile(`[\s\x{a0}()/.-]`)
	comma   = regexp.MustCompile(`\s*([,;|])\s*`)
)

// encoded reports whether one of a text and bytes spells the other, in hexadecimal or base64 digits.
func (c retyping) encoded(was, is string) bool {
	text, raw := was, is
	switch f, g := familyOf(c.old), familyOf(c.new); {
	case f == familyBytes && g == familyText:
		text, raw = is, was
	case f != familyText || g != familyBytes:
		return false
	}
	if raw == `\x`+strings.ToLower(strings.NewReplacer("-", "", ":", "").Replace(text)) {
		return true
	}
	content, err := base64.StdEncoding.DecodeString(text)
	return err == nil && raw == `\x`+hex.EncodeToString(content)
}

// fewDigits is up to how many signs a number may be two: 10-12 is not 1012.
const fewDigits = 6

// tidied reports whether a text is as before but for the way it is written: without blanks around it, in a row or beside
// commas, an address in lower case, the number of a phone or an account without the signs between its groups.
func (c retyping) tidied(was, is string) bool {
	if familyOf(c.old) != familyText || familyOf(c.new) != familyText {
		return false
	}
	was, is = unblanked(was), unblanked(is)
	switch {
	case was == is:
		return is != ""
	case address.MatchString(was):
		return strings.ToLower(was) == is
	case digits.MatchString(was) && digits.MatchString(is) && !decimal.MatchString(was):
		bare, bareNow := sign.ReplaceAllString(was, ""), sign.ReplaceAllString(is, "")
		return len(bare) > fewDigits && (len(is) <= len(was) && bare == bareNow || dialled(bare, bareNow))
	}
	return false
}

// dialled reports whether the number of a phone has got a plus for its two zeros, or a country's code for its only one.
func dialled(was, is string) bool {
	if rest, abroad := strings.CutPrefix(was, "00"); abroad {
		return is == "+"+rest
	}
	const longestCode = 3
	rest, home := strings.CutPrefix(was, "0")
	code, ends := strings.CutSuffix(is, rest)
	digits, plus := strings.CutPrefix(code, "+")
	return home && ends && plus && len(digits) > 0 && len(digits) <= longestCode
}

// reordered reports whether two arrays, or two lists in JSON or in texts, have the same elements in another order.
func (c retyping) reordered(was, is string) bool {
	f := familyOf(c.old)
	if f != familyOf(c.new) || f != familyList && f != familyJSON && f != familyText {
		return false
	}
	old, now := strings.Split(list(was, f), ","), strings.Split(list(is, f), ",")
	slices.Sort(old)
	slices.Sort(now)
	return slices.Equal(old, now)
}

// extended reports whether an array has got more elements, in the database or in JSON, and kept those it had in their order.
func (c retyping) extended(was, is string) bool {
	f := familyOf(c.old)
	if f != familyOf(c.new) || f != familyList && (f != familyJSON || !strings.HasPrefix(was, "[") || !strings.HasPrefix(is, "[")) {
		return false
	}
	elements := func(text string) []string {
		return strings.FieldsFunc(list(text, f), func(c rune) bool { return c == ',' })
	}
	old, now, kept := elements(was), elements(is), 0
	for _, element := range now {
		if kept < len(old) && element == old[kept] {
			kept++
		}
	}
	return kept == len(old) && len(now) > len(old)
}

// unblanked returns a text without blanks around it, in a row or beside commas.
func unblanked(text string) string {
	return comma.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1")
}

// spelledLike reports whether a value of a column is now written as another of its values was that differs from it in
// blanks or in upper and lower case only.
func (s *sides) spelledLike(column, was, is string) bool {
	return is != "" && familyOf(s.was.column(column).Type) == familyText && strings.EqualFold(unblanked(was), unblanked(is)) &&
		!s.allOf(column, func(_ int, value string) bool { return value != is })
}

// has reports whether one of a row's values is, or is written as, a value.
func has(row []*string, value string) bool {
	return slices.ContainsFunc(row, func(v *string) bool {
		return v != nil && (*v == value || spellAs(*v, familyNumber) == spellAs(value, familyNumber) || spellAs(*v, familyBoolean) == spellAs(value, familyBoolean))
	})
}

// times returns a number multiplied by another one.
func times(text, by string) string {
	value, ok := new(big.Rat).SetString(text)
	factor, isNumber := new(big.Rat).SetString(by)
	if !ok || !isNumber {
		return text
	}
	return value.Mul(value, factor).RatString()
}

// fields returns a value of a composite type with each number in it as any type of number has it.
func fields(text string) string {
	inner, opens := strings.CutPrefix(text, "(")
	inner, closes := strings.CutSuffix(inner, ")")
	if !opens || !closes || strings.ContainsAny(inner, `"(`) {
		return text
	}
	parts := strings.Split(inner, ",")
	for i := range parts {
		parts[i] = spellText(parts[i], familyNumber)
	}
	return "(" + strings.Join(parts, ",") + ")"
}
