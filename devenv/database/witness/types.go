package witness

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// unfit attempts values of a column's type that its next type may reject. Neither values nor a problem means that
// every value fits.
func (b *breaker) unfit(ctx context.Context, r Restriction) ([]attempt, string, error) {
	was, is := r.before.Column(r.columns[0]), r.after.Column(r.columns[0])
	var attempts []attempt
	problem := ""
	for _, p := range placesIn(was, is) {
		if p.name != "" && p.same() {
			continue
		}
		values, known := unfitValues(p.was, p.is, b.maker.shape.Labels(p.was))
		if p.name == "" && roomForBillions(p.was, p.is) {
			near, err := b.isNear(ctx, r.before, was, is.Precision-is.Scale)
			if err != nil {
				return nil, "", err
			}
			if !near {
				continue
			}
		}
		if !known {
			problem = fmt.Sprintf("no value of %s%s is known that %s rejects", was.Type, p.name, is.Type)
		}
		for _, v := range values {
			attempts = append(attempts, attempt{rows: []rowValues{{r.columns[0]: p.in(v)}}})
		}
	}
	return attempts, problem, nil
}

// integers returns the smallest number that is too large for each integer type.
func integers() map[string]uint64 {
	return map[string]uint64{"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63}
}

// digits returns the number of digits.
func digits(n uint64) int { return len(strconv.FormatUint(n, 10)) }

// unfitValues returns values of one type that another may reject; known is false if nothing is known about the two.
func unfitValues(was, is *catalog.Column, labels []string) (values []string, known bool) {
	switch {
	case was.TakesText() && is.TakesText():
		return longer(was, is), true
	case was.Category == "N" && is.Category == "N":
		return greater(was, is)
	case was.Kind == "r" && is.Kind == "r":
		return ranges(was, is), true
	case was.Base == "bytea" && is.TakesText():
		return []string{`'\xff'`}, true
	case was.Base == "inet" && is.Base == "cidr":
		return []string{"'192.0.2.1/24'"}, true
	case was.TakesText() && is.Kind == "e":
		return []string{"'n/a'", "''"}, true
	case was.TakesText():
		return texts(was, is), true
	case was.Kind == "e" && is.TakesText():
		if is.Length == 0 {
			return nil, true
		}
		return longLabels(labels, is.Length), true
	case is.TakesText() && is.Length == 0, strings.HasPrefix(was.Base, "timestamp") && strings.HasPrefix(is.Base, "timestamp"),
		was.Base == "date" && strings.HasPrefix(is.Base, "timestamp"), was.Base == "json" && is.Base == "jsonb",
		was.Base == "jsonb" && is.Base == "json", was.Base == is.Base && was.Length == 0 && was.Kind != "e",
		strings.HasPrefix(was.Base, "timestamp") && is.Base == "date", was.Base == "bool" && is.Category == "N":
		return nil, true
	case was.Base == "bool":
		return []string{"true", "false"}, true
	case was.Category == "N" && is.Kind == "e":
		return []string{"0", "-1"}, true
	case was.Category == "N":
		return []string{"0", "-1", "1"}, true
	}
	return nil, false
}

// longer returns a text that is one character too long.
func longer(was, is *catalog.Column) []string {
	if is.Length == 0 || was.Length > 0 && was.Length <= is.Length {
		return nil
	}
	return []string{fmt.Sprintf("repeat('x', %d)", is.Length+1)}
}

// longLabels returns labels that do not fit a length.
func longLabels(labels []string, length int) []string {
	var long []string
	for _, label := range labels {
		if len([]rune(label)) > length {
			long = append(long, query.Literal(label))
		}
	}
	return long
}

// billions are the digits of amounts of money that nobody has: what has room for them can take any.
const billions = 9

// greater returns a number that is one too large.
func greater(was, is *catalog.Column) ([]string, bool) {
	limit, integer := integers()[is.Base]
	switch {
	case integer:
		if from, small := integers()[was.Base]; small && from <= limit {
			return nil, true
		}
		if was.Base == "numeric" && was.Precision > 0 && was.Precision-was.Scale < digits(limit) {
			return nil, true
		}
		return []string{strconv.FormatUint(limit, 10)}, true
	case is.Base == "numeric" && is.Precision > 0:
		room := is.Precision - is.Scale
		if was.Base == "numeric" && was.Precision > 0 && was.Precision-was.Scale <= room {
			return nil, true
		}
		if from, small := integers()[was.Base]; small && digits(from) <= room {
			return nil, true
		}
		return []string{"1" + strings.Repeat("0", max(room, 0))}, true
	case is.Base == "float4" && was.Base == "float8":
		return []string{"1e300"}, true
	}
	return nil, true
}

// roomForBillions reports whether numbers without a limit become such with room for billions.
func roomForBillions(was, is *catalog.Column) bool {
	unlimited := was.Base == "money" || was.Base == "float4" || was.Base == "float8" || was.Base == "numeric" && was.Precision == 0
	return unlimited && is.Base == "numeric" && is.Precision > 0 && is.Precision-is.Scale >= billions
}

// isNear reports whether some row holds a thousandth of the first number that has more digits than there is room for.
func (b *breaker) isNear(ctx context.Context, t *catalog.Table, c *catalog.Column, room int) (bool, error) {
	near, err := b.maker.aggregate(ctx, t, fmt.Sprintf("coalesce(max(abs(%s::numeric)), 0) >= 1e%d", query.Quote(c.Name), room-3))
	return near == "true", err
}

// ranges returns ranges that another type of range, or a conversion by its bounds, may reject.
func ranges(was, is *catalog.Column) []string {
	if was.Base == is.Base {
		return nil
	}
	values := []string{"'(,)'", "'empty'"}
	if is.Base == "int4range" {
		values = append([]string{"'[3000000000,3000000001)'"}, values...)
	}
	return values
}

// texts returns what people and old code put into text columns that were meant for something else: texts that the next
// type rejects, the most common first.
func texts(was, is *catalog.Column) []string {
	values := []string{"'N/A'", "''", "' '"}
	switch {
	case is.Base == "json", is.Base == "jsonb":
		values = []string{"'{'", "''", "'N/A'"}
	case is.Base == "bytea":
		values = []string{"E'C:\\\\temp'"}
	case is.Base == "xml":
		values = []string{"'a < b'", "'<p>'"}
	case is.Base == "date", strings.HasPrefix(is.Base, "timestamp"):
		values = append(values, "'31.12.2024'", "'0000-00-00'")
	case is.Category == "N":
		values = append(values, "'1,234.5'", "'NaN'", "'12 pcs'")
	case is.Element != nil:
		values = []string{"'a,b'", "''", "'N/A'"}
	}
	if was.Length > 0 && was.Length < 3 {
		values = []string{"'?'", "''"}
	}
	return values
}
