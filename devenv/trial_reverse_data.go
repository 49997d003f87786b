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
		if !slices.ContainsFunc(r.facts.Data.Changes, func(by database.DataChange) bool {
			return by.Table == c.Table && (by.Column == "" || by.Column == c.Column)
		}) {
			data.Base = append(data.Base, c)
		}
	}
	if len(data.Base) > 0 {
		data.Base, err = r.examine(ctx, below, data.Base)
	}
	return data, err
}

// onlyDefaults says that a column that is gone came with the upgrade and holds what its default, identity or expression put there:
// no statement but DDL names it, so another upgrade fills it again.
func (r *run) onlyDefaults(c database.DataChange) bool {
	i := slices.IndexFunc(r.after.shape.Tables, func(t database.Table) bool { return t.Label() == c.Table })
	if i < 0 || c.Kind != database.ColumnDropped {
		return false
	}
	table := &r.after.shape.Tables[i]
	j := slices.IndexFunc(table.Columns, func(k database.Column) bool { return k.Name == c.Column })
	if j < 0 {
		return false
	}
	column := table.Columns[j]
	if was := r.before.shape.Table(table.OID); was == nil || was.Column(column.Number) != nil || column.Default+column.Identity+column.Generated == "" {
		return false
	}
	named := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(column.Name) + `\b`)
	ddl := regexp.MustCompile(`(?i)^\s*(?:ALTER|CREATE|COMMENT|DROP|GRANT)\b`)
	return !slices.ContainsFunc(r.ownStatements(), func(sql string) bool { return !ddl.MatchString(sql) && named.MatchString(sql) })
}
