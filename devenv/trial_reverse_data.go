package devenv

import (
	"context"
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
)

// compareReversed compares the data after the downgrade with the base's, and with what the upgrade left: what the upgrade
// has lost or changed already is not the downgrade's.
func (r *run) compareReversed(ctx context.Context) (checks.ReversedData, error) {
	var reversed checks.ReversedData
	if !r.facts.Data.Ran {
		return reversed, nil
	}
	below, err := r.takeFingerprint(ctx)
	if err != nil {
		return reversed, err
	}
	reversed.Made = slices.DeleteFunc(r.after.fingerprint.Compare(below), r.onlyDefaults)
	for _, c := range r.before.fingerprint.Compare(below) {
		if !explained(c, r.facts.Data.Changes) {
			reversed.Base = append(reversed.Base, c)
		}
	}
	if len(reversed.Base) > 0 {
		reversed.Base, err = r.examine(ctx, below, reversed.Base)
	}
	return reversed, err
}

// explained says that changes found earlier account for one: they are of the same column, or of all rows of its table.
func explained(c data.Change, earlier []data.Change) bool {
	return slices.ContainsFunc(earlier, func(by data.Change) bool {
		return by.Table == c.Table && (by.Column == "" || by.Column == c.Column)
	})
}

// onlyDefaults says that a column that is gone held nothing but its defaults.
func (r *run) onlyDefaults(c data.Change) bool {
	table, column := r.columnAfter(c)
	return c.Kind == data.ColumnDropped && column != nil && r.defaulted(table, column)
}

// defaulted says that a column came with the upgrade and holds what its default, identity or expression put there: no statement
// but DDL names it, so another upgrade fills it again.
func (r *run) defaulted(t *catalog.Table, c *catalog.Column) bool {
	if was := r.before.shape.Table(t.OID); was == nil || was.Column(c.Number) != nil || c.Default+c.Identity+c.Generated == "" {
		return false
	}
	ddl := regexp.MustCompile(`(?i)^\s*(?:ALTER|CREATE|COMMENT|DROP|GRANT)\b`)
	return !slices.ContainsFunc(r.ownStatements(), func(sql string) bool { return !ddl.MatchString(sql) && named(c).MatchString(sql) })
}

// named finds a column's name in a statement.
func named(c *catalog.Column) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(c.Name) + `\b`)
}
