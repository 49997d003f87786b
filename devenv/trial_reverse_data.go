package devenv

import (
	"context"
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
)

// compareReversed compares the data after the downgrade with the base's, and with what the upgrade left: what the upgrade
// has lost or changed already is not the downgrade's.
func (r *run) compareReversed(ctx context.Context) (checks.ReversedData, error) {
	var data checks.ReversedData
	if !r.facts.Data.Ran {
		return data, nil
	}
	below, err := r.takeFingerprint(ctx)
	if err != nil {
		return data, err
	}
	data.Made = slices.DeleteFunc(r.after.fingerprint.Compare(below), r.onlyDefaults)
	for _, c := range r.before.fingerprint.Compare(below) {
		if !explained(c, r.facts.Data.Changes) {
			data.Base = append(data.Base, c)
		}
	}
	if len(data.Base) > 0 {
		data.Base, err = r.examine(ctx, below, data.Base)
	}
	return data, err
}

// explained says that changes found earlier account for one: they are of the same column, or of all rows of its table.
func explained(c database.DataChange, earlier []database.DataChange) bool {
	return slices.ContainsFunc(earlier, func(by database.DataChange) bool {
		return by.Table == c.Table && (by.Column == "" || by.Column == c.Column)
	})
}

// onlyDefaults says that a column that is gone held nothing but its defaults.
func (r *run) onlyDefaults(c database.DataChange) bool {
	table, column := r.columnAfter(c)
	return c.Kind == database.ColumnDropped && column != nil && r.defaulted(table, column)
}

// defaulted says that a column came with the upgrade and holds what its default, identity or expression put there: no statement
// but DDL names it, so another upgrade fills it again.
func (r *run) defaulted(t *database.Table, c *database.Column) bool {
	if was := r.before.shape.Table(t.OID); was == nil || was.Column(c.Number) != nil || c.Default+c.Identity+c.Generated == "" {
		return false
	}
	ddl := regexp.MustCompile(`(?i)^\s*(?:ALTER|CREATE|COMMENT|DROP|GRANT)\b`)
	return !slices.ContainsFunc(r.ownStatements(), func(sql string) bool { return !ddl.MatchString(sql) && named(c).MatchString(sql) })
}

// named finds a column's name in a statement.
func named(c *database.Column) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(c.Name) + `\b`)
}
