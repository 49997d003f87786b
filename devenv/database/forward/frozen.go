package forward

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// frozenDefaults finds defaults that are the moment at which the upgrade ran, or an id that it made: they were meant
// for each row.
func (c leftovers) frozenDefaults() {
	for _, name := range c.after.Catalog.Names("column") {
		was, is := c.before.Catalog.Objects[name], c.after.Catalog.Objects[name]
		literal := part(is, "default ")
		if literal == part(was, "default ") {
			continue
		}
		moment := momentIn(literal)
		if moment == "" || Names(c.source, moment) {
			continue
		}
		c.add(Change{
			Object: name,
			Text: "the default of " + Label(name) + " is the value of one moment, " + strings.TrimPrefix(literal, "default ") +
				", and not computed for each row",
			Was: part(was, "default "), Moment: moment, Mend: perRow(name, literal), Cause: c.script.cause(`ADD|ALTER|CREATE`, plainName(name)),
		})
	}
}

// momentIn returns what code would contain if a literal were a constant: the day of a time close to now, its seconds, or
// the digits of an id. It is empty for other literals.
func momentIn(literal string) string {
	if id := regexp.MustCompile(`'([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})'`).FindStringSubmatch(literal); id != nil {
		return nonZero(strings.ReplaceAll(id[1], "-", ""))
	}
	if day := regexp.MustCompile(`\d{4}-\d\d-\d\d`).FindString(literal); day != "" {
		if at, err := time.Parse(time.DateOnly, day); err == nil && near(at, 48*time.Hour) {
			return day
		}
		return ""
	}
	if digits := regexp.MustCompile(`^default '?(\d{10}|\d{13})(\.\d+)?\b`).FindStringSubmatch(literal); digits != nil {
		seconds, err := strconv.ParseInt(digits[1][:10], 10, 64)
		if err == nil && near(time.Unix(seconds, 0), 24*time.Hour) {
			return digits[1]
		}
	}
	return ""
}

// nonZero returns the digits of an id; none if people wrote it, who begin with zeros.
func nonZero(id string) string {
	if strings.HasPrefix(id, "00000000") {
		return ""
	}
	return id
}

// Names reports whether code contains a default's Moment, in one of the ways in which Python writes it: then it is a
// constant. A revision's header has the day on which it was made, which does not count.
func Names(code, moment string) bool {
	if at, err := time.Parse(time.DateOnly, moment); err == nil {
		code = regexp.MustCompile(`(?m)^Create Date:.*$`).ReplaceAllLiteralString(code, "")
		return strings.Contains(code, moment) || strings.Contains(code, at.Format("2006, 1, 2"))
	}
	return strings.Contains(strings.ReplaceAll(strings.ToLower(code), "-", ""), moment)
}

func near(at time.Time, within time.Duration) bool { return time.Since(at).Abs() < within }

// perRow returns the statement that computes a default for each row.
func perRow(column, literal string) string {
	value := "now()"
	if strings.Contains(literal, "::uuid") || !strings.Contains(literal, "::time") && !strings.Contains(literal, "::date") {
		value = "…"
	}
	if strings.Contains(literal, "::uuid") {
		value = "gen_random_uuid()"
	}
	if strings.Contains(literal, "::date") {
		value = "CURRENT_DATE"
	}
	return filling(column, "default "+value)
}
