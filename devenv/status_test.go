package devenv_test

import (
	"slices"
	"strings"

	"devenv/devenv"
)

// modelsWithoutAMigration looks for the note about them in all commands that say it before the branch's code fails, and
// that it is gone with the first migration.
func (s ownStack) modelsWithoutAMigration() {
	s.Helper()
	var noted strings.Builder
	o := s.options()
	o.Listener = noteFunc(func(said string) { noted.WriteString(said + "\n") })
	for command, call := range map[string]func() error{
		"status": func() error { _, err := devenv.Status(s.Context(), o); return err },
		"up":     func() error { _, err := devenv.Up(s.Context(), devenv.UpOptions{Options: o, DryRun: true}); return err },
		"reset": func() error {
			_, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: o, DryRun: true})
			return err
		},
	} {
		const own = "backend/src/toolshed/migrations/versions/2026_own.py"
		says := func(want bool) {
			noted.Reset()
			err := call()
			const note = "models/deposit.py, which describes tables, but has no migration"
			if err != nil || strings.Contains(noted.String(), note) != want {
				s.Errorf("%s says %q, %v", command, &noted, err)
			}
		}
		says(true)
		s.write(own, "revision = \"own\"\ndown_revision = None\n")
		says(false)
		s.remove(own)
	}
}

// revisionsElsewhere moves the version table to another schema and gives it another name, where status finds it, and
// then makes it unreadable, which status must not take for a database without revisions.
func (s ownStack) revisionsElsewhere() {
	s.Helper()
	at := func() devenv.StatusItem {
		list, err := devenv.Status(s.Context(), s.options())
		if err != nil {
			s.Fatal(err)
		}
		i := slices.IndexFunc(list.Items, func(item any) bool { return item.(devenv.StatusItem).Kind == "database" })
		return list.Items[i].(devenv.StatusItem)
	}
	before := at()
	s.sql("CREATE SCHEMA elsewhere; ALTER TABLE alembic_version SET SCHEMA elsewhere")
	if now := at(); !slices.Equal(now.Revisions, before.Revisions) || now.Unread != "" {
		s.Errorf("with the version table in another schema: %+v", now)
	}
	s.sql("ALTER TABLE elsewhere.alembic_version RENAME TO schema_version")
	if now := at(); !slices.Equal(now.Revisions, before.Revisions) || now.Unread != "" {
		s.Errorf("with the version table under another name: %+v", now)
	}
	s.sql("ALTER TABLE elsewhere.schema_version RENAME TO alembic_version; " +
		"ALTER TABLE elsewhere.alembic_version RENAME COLUMN version_num TO other")
	if now := at(); len(now.Revisions) > 0 || !strings.Contains(now.Unread, "version_num") {
		s.Errorf("with a version table that cannot be read: %+v", now)
	}
	s.sql("ALTER TABLE elsewhere.alembic_version RENAME COLUMN other TO version_num; " +
		"ALTER TABLE elsewhere.alembic_version SET SCHEMA public; DROP SCHEMA elsewhere")
}
