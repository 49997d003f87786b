package stack

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/userdata"
)

// staleCollation returns a remark if the database's collations come from another version of the system's library than
// its image has: its indexes on texts may be in the wrong order. Postgres tells from version 15 on; otherwise, and
// where it cannot be asked, the remark is empty.
func staleCollation(ctx context.Context, e *engine.Engine, s *userdata.Stack, service string) string {
	settings, err := database.SettingsOf(s.Model, service)
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	code, err := e.Exec(ctx, s.Containers[service].ID, engine.ExecOptions{
		Cmd: []string{
			"psql", "-X", "-A", "-t", "-U", settings.User, "-d", settings.Database, "-p", fmt.Sprint(settings.Port), "-c",
			"SELECT 1 FROM pg_database WHERE datname = current_database() " +
				"AND datcollversion <> coalesce(pg_database_collation_actual_version(oid), '')",
		},
		Env: []string{"PGPASSWORD=" + settings.Password, "PGCONNECT_TIMEOUT=5"}, Stdout: &out,
	})
	if err != nil || code != 0 || strings.TrimSpace(out.String()) == "" {
		return ""
	}
	return fmt.Sprintf("%s: the data of database %s was sorted by another version of the system's library than the image has, "+
		"so indexes on texts may miss rows: docker compose exec %s psql -U %s -d %s -c 'REINDEX DATABASE \"%s\"' "+
		"-c 'ALTER DATABASE \"%s\" REFRESH COLLATION VERSION'",
		service, settings.Database, service, settings.User, settings.Database, settings.Database, settings.Database)
}
