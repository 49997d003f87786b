package base

import (
	"fmt"
	"strings"
	"time"

	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// tookRecord names the record of how long the repository's last base took to make, by the names of its steps.
const tookRecord = "base-took"

// worthSharing is the time from which on a base is worth a registry.
const worthSharing = time.Minute

// announce says what is made, how long that takes and why it does not happen every time, and lets long steps say how
// much is left, if a base was made here before.
func announce(w *project.Workspace, runner *step.Runner, from From) error {
	var took map[string]time.Duration
	if _, err := w.Repo.SharedRecord(tookRecord).Read(&took); err != nil {
		return err
	}
	runner.Expect(took)
	text := announcement(from.Name, took)
	if earlier := from.Earlier; earlier != nil {
		text = upgrading(from.Name, earlier.Meta.Commit, from.Ref.Commit)
	}
	runner.Emit(report.Noted{Text: text})
	return nil
}

// announcement returns what announce says.
func announcement(name string, took map[string]time.Duration) string {
	var all time.Duration
	for _, t := range took {
		all += t
	}
	how := "the first one takes minutes if images must be pulled or built, and as long as your backend takes to start and seed"
	if all > 0 {
		how = "the last one took " + report.Elapsed(all)
	}
	return fmt.Sprintf("Making the base, a database as %s makes it: built, migrated and seeded by its own code (%s). Later runs take it "+
		"as it is, in seconds, until something that makes it changes", name, how)
}

// upgrading returns what announce says where an earlier base is upgraded first.
func upgrading(name, earlier, commit string) string {
	return fmt.Sprintf("Upgrading the base's data from %s at %.8s to %.8s, by its own code (seed.incremental); where that fails, the base is "+
		"made from the start", name, earlier, commit)
}

// remember records how long the base's steps took, and says how to share a base that took long.
func remember(w *project.Workspace, steps []report.Step) error {
	took := map[string]time.Duration{}
	var all time.Duration
	for _, s := range steps {
		if strings.HasPrefix(s.Name, stepPrefix) {
			took[s.Name] = time.Duration(s.MS) * time.Millisecond
			all += took[s.Name]
		}
	}
	if _, shared := w.Registry(); !shared && all >= worthSharing {
		w.Note(sharing(all))
	}
	return w.Repo.SharedRecord(tookRecord).Write(took)
}

// sharing returns how to share a base that took long to make.
func sharing(took time.Duration) string {
	return fmt.Sprintf("the base took %s to make; to make it once for everybody (devenv snapshot push --base, for example in CI), add to "+
		".devenv.yaml: registry: REGISTRY/PROJECT/devenv", report.Elapsed(took))
}
