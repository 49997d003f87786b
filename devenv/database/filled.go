package database

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// filledQuery says whether a database holds a table that no extension made.
const filledQuery = `SELECT EXISTS (SELECT FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
	AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))`

// UseFilled makes the server's connections go to the database that holds the application's tables, and returns its name: the
// service's own one, or, where that is empty, the only other one that is not: an init script may have made it, and the
// application's URL says its name.
func (s *Server) UseFilled(ctx context.Context) (string, error) {
	names, err := s.databases(ctx)
	if err != nil {
		return "", err
	}
	var filled []string
	for _, name := range names {
		settings := s.settings
		settings.Database = name
		conn, err := connect(ctx, s.address, settings, s.dial())
		if err != nil {
			return "", err
		}
		var is bool
		err = conn.QueryRow(ctx, filledQuery).Scan(&is)
		_ = conn.Close(context.WithoutCancel(ctx)) // only read from
		if err != nil {
			return "", err
		}
		if is {
			filled = append(filled, name)
		}
	}
	if len(filled) == 1 && !slices.Contains(filled, s.settings.Database) {
		s.settings.Database = filled[0]
	}
	return s.settings.Database, nil
}

// databases are the names of the databases that are no templates.
func (s *Server) databases(ctx context.Context) ([]string, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // only read from
	rows, err := conn.Query(ctx, "SELECT datname::text FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
