package data

import (
	"context"
	"fmt"
	"time"
)

// span is the time that a migration took, by the database's clock; a zero one has no moments.
type span struct{ from, to time.Time }

// run returns the time from the beginning of the migration until now.
func (s State) run(ctx context.Context) (span, error) {
	if s.Since.IsZero() {
		return span{}, nil
	}
	took := time.Since(s.Since)
	var now time.Time
	if err := s.Conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return span{}, fmt.Errorf("ask the database for the time: %w", err)
	}
	return span{now.Add(-took), now}, nil
}

// has reports whether a text of a type is a moment of the span. A timestamp without a time zone may be of any zone.
func (s span) has(text, typ string) bool {
	at, err := time.Parse(time.RFC3339Nano, instant(text))
	if err != nil || s.to.IsZero() {
		return false
	}
	const slack = time.Second // a value may be rounded
	from, to := s.from.Add(-slack), s.to.Add(slack)
	if typ != "timestamp without time zone" {
		return !at.Before(from) && !at.After(to)
	}
	// The zone of the last quarter of an hour comes first, then those of the ones before, if the migration took long.
	for zone := s.to.Sub(at).Round(15 * time.Minute); zone.Abs() <= 15*time.Hour && !at.Add(zone).Before(from); zone -= 15 * time.Minute {
		if !at.Add(zone).After(to) {
			return true
		}
	}
	return false
}

// stays reports whether a changed column is still the same one, and not one added in its place.
func (d *decision) stays(c Change) bool {
	was, is := d.was.column(c.Column), d.is.column(or(c.ColumnNow, c.Column))
	return was.Type == is.Type && (d.anew || d.was.OID != d.is.OID || was.Number == is.Number)
}
