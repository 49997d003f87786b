package data

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// ColumnName names a column of a fingerprint: schema.table and the bare name.
type ColumnName struct{ Table, Column string }

// Unlike returns the columns that hold other values after another run of the same migration on the same data.
func (before Fingerprint) Unlike(other Fingerprint) []ColumnName {
	var unlike []ColumnName
	for _, a := range before.Tables {
		i := slices.IndexFunc(other.Tables, func(b TablePrint) bool { return b.label() == a.label() })
		if i < 0 || a.Rows != other.Tables[i].Rows || a.SampledBy != other.Tables[i].SampledBy {
			continue
		}
		for _, c := range a.Columns {
			if c.Hash != other.Tables[i].column(c.Name).Hash {
				unlike = append(unlike, ColumnName{a.label(), c.Name})
			}
		}
	}
	return unlike
}

// Had reports whether a column's values belong to rows that existed before: the table had the column, and as many
// rows.
func (before Fingerprint) Had(c ColumnName, after Fingerprint) bool {
	for i, j := range pairTables(before.Tables, after.Tables) {
		if j < 0 || after.Tables[j].label() != c.Table || after.Tables[j].Rows != before.Tables[i].Rows {
			continue
		}
		for _, k := range pairColumns(before.Tables[i], after.Tables[j]) {
			if k >= 0 && after.Tables[j].Columns[k].Name == c.Column {
				return true
			}
		}
	}
	return false
}

// ChangedSettings are the settings that ChangeLocale set for a database.
type ChangedSettings []string

// ChangeLocale gives new sessions of the database another time zone and date order, unless the database sets them
// itself. In Auckland it is half a day later than in UTC: what happens at an office's hours has another date there.
func ChangeLocale(ctx context.Context, conn *pgx.Conn) (ChangedSettings, error) {
	rows, err := conn.Query(ctx, `SELECT name, value FROM (VALUES ('timezone', '''Pacific/Auckland'''), ('datestyle', 'ISO, DMY')) v(name, value)
    WHERE NOT EXISTS (SELECT FROM pg_db_role_setting r, unnest(r.setconfig) c WHERE lower(split_part(c, '=', 1)) = v.name
      AND r.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))`)
	if err != nil {
		return nil, err
	}
	type setting struct{ Name, Value string }
	settings, err := pgx.CollectRows(rows, pgx.RowToStructByPos[setting])
	if err != nil {
		return nil, err
	}
	var moved ChangedSettings
	for _, s := range settings {
		if err := alterDatabase(ctx, conn, "SET "+s.Name+" TO "+s.Value); err != nil {
			return nil, err
		}
		moved = append(moved, s.Name)
	}
	return moved, nil
}

// Restore gives new sessions of the database their original settings.
func (e ChangedSettings) Restore(ctx context.Context, conn *pgx.Conn) error {
	for _, name := range e {
		if err := alterDatabase(ctx, conn, "RESET "+name); err != nil {
			return err
		}
	}
	return nil
}

// alterDatabase alters the current database.
func alterDatabase(ctx context.Context, conn *pgx.Conn, change string) error {
	var name string
	if err := conn.QueryRow(ctx, "SELECT current_database()").Scan(&name); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "ALTER DATABASE "+pgx.Identifier{name}.Sanitize()+" "+change)
	return err
}
