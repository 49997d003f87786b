package devenv

import "devenv/devenv/discover"

// fromADump is the way around a history that does not run from empty.
const fromADump = "if its history does not run from empty, start from a dump, in .devenv.yaml:\n    seed: {dump: path/to/dump.sql}"

// oneShotHint says what to do about a service of the base that ends, but not well.
func oneShotHint(o discover.OneShot) string {
	hint := "it is the base's own, so the branch has no part in it; try it alone: docker compose run --rm " + o.Service
	if o.Migrates {
		hint += "\n" + fromADump
	}
	return hint
}
