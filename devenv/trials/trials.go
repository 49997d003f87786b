// Package trials tests a migration: each trial tries one thing on its own databases, and returns what it found as facts
// for package checks to judge. A trial is a value in its own file (start with seeded.go) that declares what it needs
// and what it offers to others; the runner does the rest. What a trial finds is not an error; an error means that the
// trial itself could not be carried out.
package trials

import (
	"context"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/generate"
	"devenv/devenv/testbed"
)

// The resources that trials need and offer.
const (
	// tried is the upgrade of the base's data, whether it worked or not; upgraded is offered only if it worked.
	tried    resource[*upgrade] = "the upgrade of the base's data"
	upgraded resource[*upgrade] = "a successful upgrade of the base's data"
	// migrated is a database at the branch's head.
	migrated resource[*testbed.Seeded] = "a migrated database"
	// history is an empty database that was upgraded through the whole history.
	history resource[*rebuilt] = "the whole history on an empty database"
	// origin is the schema that a downgrade must restore.
	origin resource[catalog.Catalog] = "the schema before the upgrade"
	// repeated is a second upgraded clone of the base's data, in the network of the branch's backend.
	repeated resource[*database.Server] = "the repeated upgrade"
)

// all returns all trials, in order of preference.
func all() []trial {
	return []trial{
		seeded(), fromScratch(), fromBase(), drift(), writable(), reverse(), stepwise(), unintended(), atomic(), witnesses(), repeat(),
		startBranch(), startFirst(), startBase(), baseNames(),
	}
}

// Told is told what is known each time a trial has ended: the facts, which it must not keep, and what reports whether a
// trial is over, so that nothing more will be found by it.
type Told func(facts *checks.Facts, over func(checks.Trial) bool)

// Run runs everything that the wanted checks need, and returns what was found. seeded is the clone of the base's data
// in which the migration was generated.
func Run(ctx context.Context, b *testbed.Testbed, seeded *testbed.Seeded, m *generate.Migration, told Told) (checks.Facts, error) {
	if err := m.Reread(ctx, b); err != nil {
		return checks.Facts{}, err
	}
	b.Branch.Edit(m.Files())
	facts := knownFacts(b, m)
	facts.Database = b.DatabaseChange()
	facts.NotCompared = unread(seeded.Before.Catalog)
	if err := facts.ValidateWaivers(); err != nil {
		return facts, err
	}
	facts.Spent[checks.TrialModels] = m.ModelsTook
	facts.NothingToTry = obstacle(&facts)
	r := newRunner(b.Runner, &environment{Testbed: b, seeded: seeded, migration: m}, b.Wants, &facts)
	r.told = told
	switch {
	case facts.NothingToTry == "":
		r.trials = possibleTrials(b.Project.Backend, &facts)
	case len(facts.Revisions) == 0 && len(facts.History.Problems) == 0:
		r.trials = []trial{drift()}
		give(r, migrated, seeded)
	}
	err := r.run(ctx) // this fills in the facts
	if err == nil {
		b.DisposeTried(ctx)
	}
	return facts, err
}

// possibleTrials returns the trials that the project allows. Without a backend none can be started, nor is there a
// check that asks what its code names; it records that in the facts.
func possibleTrials(backend string, f *checks.Facts) []trial {
	return slices.DeleteFunc(all(), func(t trial) bool {
		starts := []checks.Trial{checks.TrialStartBranch, checks.TrialStartFirst, checks.TrialStartBase, checks.TrialBaseNames}
		impossible := backend == "" && slices.Contains(starts, t.name)
		if impossible {
			f.Unable[t.name] = "the project has no backend to start"
		}
		return impossible
	})
}

// knownFacts returns the facts that need no trial.
func knownFacts(b *testbed.Testbed, m *generate.Migration) checks.Facts {
	facts := checks.Facts{
		Change: checks.Change{
			RenamesByUpgrade: renamesByUpgrade(b, m),
			BaseRef:          b.BaseName(), BaseHeads: b.BaseHeads(), Restores: !b.Request.Existing,
			OnePerBranch: b.Project.Migrations.PerBranch != config.PerBranchMany,
			Revisions:    m.Revisions, History: m.History, Since: m.Since, Renames: m.Renames,
		},
		Outcomes: checks.Outcomes{Models: m.Models}, Snippets: b.Tool.Snippets(),
		Spent: map[checks.Trial]time.Duration{}, Unable: map[checks.Trial]string{}, Unanswered: map[checks.Trial]checks.Unanswered{},
	}
	for _, e := range b.Work.Edited {
		facts.Edited = append(facts.Edited, checks.Edit(e))
	}
	return facts
}

// unread returns the names of the objects in the schemas that no catalog query describes.
func unread(schemas ...catalog.Catalog) []string {
	var names []string
	for _, schema := range schemas {
		names = append(names, schema.Unread...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// obstacle returns the reason why no database can be upgraded; empty if one can.
func obstacle(f *checks.Facts) string {
	switch {
	case len(f.History.Problems) > 0:
		return "the history is broken (history.parent)"
	case len(f.History.Heads()) > max(1, len(f.BaseHeads)):
		return "the history has several heads (history.heads)"
	case len(f.Revisions) == 0:
		return "the branch adds no revision"
	}
	gone := slices.IndexFunc(f.BaseHeads, func(head string) bool { _, ok := f.History.Find(head); return !ok })
	if gone >= 0 {
		return "the base's revision " + f.BaseHeads[gone] + " is gone, but databases are still at it (history.edited)"
	}
	return ""
}
