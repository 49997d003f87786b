package base

import (
	"cmp"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/migrations"
)

// fromADump is the alternative for a history that cannot run on an empty database.
const fromADump = "if its history cannot run on an empty database, start from a dump, in .devenv.yaml:\n    seed: {dump: path/to/dump.sql}"

// historyHint returns what to do about migrations of the base that fail on an empty database.
func historyHint(f *migrations.Failure) string {
	switch {
	case f.BeforeRevisions() || f.Code == migrations.FailureTool:
		return f.Hint // a dump would not help
	case f.SQLState == "3F000":
		return cmp.Or(f.Hint, "if something other than the migrations creates the schema, put its CREATE SCHEMA into a file and configure "+
			"it in .devenv.yaml:\n    seed: {dump: schemas.sql}")
	}
	return cmp.Or(f.Hint, fromADump)
}

// direct begins a hint to try something with the user's own stack, which runs the branch's code.
const direct = "try it directly: "

// mendIt adds to a hint which side it is for: the branch's code has not run yet.
func (b *build) mendIt(hint string) string {
	hint = strings.Replace(hint, direct, "try it directly, with "+b.from.Name+" checked out: ", 1)
	return strings.TrimPrefix(hint+"\n", "\n") + "this is " + b.from.Name + "'s own code, not your branch's: mend it there, or choose another base with --base"
}

// startHint returns what to do about a backend of the base that does not start.
func (b *build) startHint(err error) string {
	hint := b.mendIt(report.HintOf(err) + "\nif something other than its start fills the database, " +
		"configure that in .devenv.yaml:\n    seed: {run: \"…\"}")
	if lacks := database.Missing(strings.Join(report.OutputOf(err), "\n")); lacks != "" {
		return lacks + ": if the models of " + b.from.Name + " have changed, it lacks a migration\n" + hint
	}
	return hint
}

// oneShotHint returns what to do about a service of the base that exits with a failure.
func oneShotHint(o discover.OneShot) string {
	hint := direct + "docker compose run --rm " + o.Service
	if o.Migrates {
		hint += "\n" + fromADump
	}
	return hint
}
