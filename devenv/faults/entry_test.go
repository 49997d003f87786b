package faults

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"devenv/devenv/checks"
)

// entry is one case: a branch of the project, and what devenv says about it.
type entry struct {
	// Class is the fault's id, whose letter names its file. What describes it in words, and is unique within the class.
	Class string
	What  string
	// Base is a directory of testdata/bases that is copied over the project before the branch is made; empty means
	// none.
	Base string
	// Fork is the commit the branch starts from: empty for the base's newest, "start" for the one before its last
	// revision.
	Fork string

	// Upgrade and Downgrade are the bodies of the branch's only revision; if Downgrade is empty, it is pass. SQL is
	// another way to write the upgrade, statement by statement, which must give the same answers.
	Upgrade, Downgrade, SQL string
	// Top is Python code above the revision's functions.
	Top string
	// Revisions are the branch's if there are several, or if their ids matter.
	Revisions []revision
	// Models are changes to the models, Edits to any file; Files are whole files.
	Models []edit
	Edits  []edit
	Files  map[string]string
	// Remove and Rename name files of the base.
	Remove []string
	Rename map[string]string

	// Command is test-migration if empty. Args are its flags and arguments.
	Command string
	Args    []string
	// Ask lists checks that are otherwise left out because they take time (see costly); those in Says always run.
	Ask []string

	// Says holds the checks that must answer, by id; May those that may, with the reason. All others must not warn or
	// fail.
	Says map[string]answer
	May  map[string]string
	// Exit is the exit status; without it, 3 if a check in Says fails, or else 0.
	Exit *int
	// Verdict is compared if set.
	Verdict string
	// Error are texts in the error's message or hint, for exit 1 and 2.
	Error []string
	// Writes and Lacks are texts that the new revision's file must contain, or must not.
	Writes, Lacks []string
	// Missed is why the case does not yet answer as Says wants; the summary counts it.
	Missed string
	// Page names the check whose page shows this case as its example.
	Page string
}

// revision is one revision of the branch.
type revision struct {
	ID string
	// Parent is the base's head if empty, "none" for a root.
	Parent string
	// File is the file's name; without it, it is derived from the id.
	File                    string
	Upgrade, Downgrade, Top string
}

// edit replaces a text in a file, which must contain it.
type edit struct{ File, Old, New string }

// answer is what a check says. Status is warn or fail, or pass if a waiver makes it so. The rest is compared if set:
// Summary, Hint, Statement, Message, Detail, Insert and Query as part of the text, the others exactly; all that
// concerns evidence must match in one piece of evidence.
type answer struct {
	Status                                    string
	Summary, Hint                             []string
	Waived                                    string
	SQLState, Table, Column, Revision, File   string
	Rows                                      *int64
	Line                                      int
	Keys                                      []string
	Statement, Message, Detail, Insert, Query string
}

// costly returns checks that take time and that most cases do not need: they only run if a case names them. Those in
// ifFaulty also run for every harmless migration, to find false alarms.
func costly() (always, ifFaulty []string) {
	return []string{"start.", "drift.models", "drift.catalog", "locks."}, []string{
		"apply.stepwise", "apply.atomic", "apply.adversarial",
		"write.smoke",
	}
}

// plannedChecks returns checks of the design that do not exist yet; cases may name them.
func plannedChecks() []string {
	return []string{"locks.blocking"}
}

// loadEntries reads the whole table.
func loadEntries(t *testing.T) []entry {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("find the table: %v", err)
	}
	var all []entry
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var entries []entry
		if err := yaml.NewDecoder(bytes.NewReader(content), yaml.Strict()).Decode(&entries); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, e := range entries {
			if err := e.valid(); err != nil {
				t.Errorf("%s: %s %s: %v", file, e.Class, e.What, err)
			}
			all = append(all, e)
		}
	}
	return all
}

func (e entry) valid() error {
	for _, id := range slices.Concat(slices.Collect(maps.Keys(e.Says)), slices.Collect(maps.Keys(e.May)), e.Ask) {
		if !slices.Contains(checks.IDs(), id) && !slices.Contains(plannedChecks(), id) && e.Missed == "" {
			return fmt.Errorf("there is no check %q", id)
		}
	}
	if e.Class == "" || e.What == "" {
		return fmt.Errorf("it has no class or no description")
	}
	return nil
}

// silent reports whether the case is a harmless migration.
func (e entry) silent() bool {
	return strings.HasPrefix(e.Class, "S") || strings.HasPrefix(e.Class, "M")
}

// exit returns the exit status that the command must have.
func (e entry) exit() int {
	if e.Exit != nil {
		return *e.Exit
	}
	for _, a := range e.Says {
		if a.Status == "fail" {
			return 3
		}
	}
	return 0
}

// skips returns the flags that leave out the costly checks the case does not name.
func (e entry) skips() []string {
	if slices.ContainsFunc(e.Args, func(a string) bool { return strings.HasPrefix(a, "--only") || a == "--no-verify" }) {
		return nil
	}
	always, ifFaulty := costly()
	left := always
	if !e.silent() {
		left = append(left, ifFaulty...)
	}
	if e.Says["apply.seeded"].Status == "fail" { // the way back from a schema made from scratch has cases of its own
		left = append(left, "reverse.")
	}
	var flags []string
	for _, id := range checks.IDs() {
		_, says := e.Says[id]
		_, may := e.May[id]
		isCostly := slices.ContainsFunc(left, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
		if isCostly && !says && !may && !slices.Contains(e.Ask, id) {
			flags = append(flags, "--skip="+id)
		}
	}
	return flags
}
