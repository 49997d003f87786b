package discover

import (
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// Kinds returns the migration tools that devenv works with. This is the list to add one to.
func Kinds() []migrations.Kind { return []migrations.Kind{alembic.Kind()} }

// KindNames returns their names, as .devenv.yaml has them.
func KindNames() []string {
	var names []string
	for _, kind := range Kinds() {
		names = append(names, kind.Name)
	}
	return names
}
