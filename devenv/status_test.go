package devenv_test

import (
	"slices"
	"strings"

	"devenv/devenv"
)

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
