package devenv

import (
	"devenv/devenv/discover"
	"devenv/migrations"
)

// fromADump is the way around a history that does not run from empty.
const fromADump = "if its history does not run from empty, start from a dump, in .devenv.yaml:\n    seed: {dump: path/to/dump.sql}"

// upgradeHint says what to do about migrations of the base that fail on an empty database.
func upgradeHint(failure *migrations.Failure, service string) string {
	if failure.Exception != "ModuleNotFoundError" && failure.Exception != "ImportError" {
		return fromADump
	}
	return "the container of " + service + " lacks it. If it is a package, it belongs into the image: docker compose build " + service +
		"; if another interpreter there has it, name that in .devenv.yaml:\n    migrations: {python: /path/to/python}\n" +
		"If it is code that git ignores because a command makes it, name the command:\n    prepare: [\"…\"]"
}

// oneShotHint says what to do about a service of the base that ends, but not well.
func oneShotHint(o discover.OneShot) string {
	hint := "it is the base's own, so the branch has no part in it; try it alone: docker compose run --rm " + o.Service
	if o.Migrates {
		hint += "\n" + fromADump
	}
	return hint
}
