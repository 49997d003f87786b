// Package checks holds the checks of a migration, one per file: its id, the question it asks, how it judges the answer,
// and the page that explains it. A check only judges recorded facts; package trials records them.
package checks

import (
	"slices"

	"devenv/devenv/report"
)

// Check is one question about a migration. Its id is an interface: scripts, waivers and configurations refer to it.
type Check struct {
	ID string
	// Severity is the status of a problem: fail or warn. The configuration can change it.
	Severity report.Status
	// Asks is the question in one line.
	Asks string
	// Needs lists the trials whose facts the check judges; it is empty when the files alone are enough. Uses lists
	// those that only add to what it says: without them, its answer stands.
	Needs, Uses []Trial
	// Awaits lists those that it does not ask for, but whose facts can change its answer if another check asks.
	Awaits []Trial
	// Open reports whether what it awaits can still change the answer, by the facts that it needs; nil if it always can.
	Open func(*Facts) bool
	// Last is set if the answer depends on those of the other checks.
	Last bool
	// Page explains the check in Markdown: what it asks, why that matters, an example, how to fix the problem, how to
	// allow it.
	Page string
	// Judge answers from the facts. It must not change them.
	Judge func(*Facts) Finding
}

// deciding returns the trials that can change the answer: without those that it awaits, once they no longer can.
func (c Check) deciding(f *Facts) []Trial {
	trials := slices.Concat(c.Needs, c.Uses)
	if c.Open == nil || c.Open(f) {
		trials = append(trials, c.Awaits...)
	}
	return trials
}

// Finding is the outcome of a check.
type Finding struct {
	// Answer is clean, found or unasked.
	Answer Answer
	// Summary is one line: what was found, or why the check was not asked.
	Summary string
	// Hint says what to do next, with code to paste. It may span several lines.
	Hint     string
	Evidence []report.Evidence
	// On names what was judged when it was not the base's data.
	On string
	// AtMost caps the severity of this finding: warn for a problem that is already fixed.
	AtMost report.Status
	// unanswered is true when the check was not asked because the machine left one of its trials unanswered.
	unanswered bool
}

// Answer is the kind of a finding.
type Answer int

// The answers a check can give.
const (
	// Clean means that nothing is wrong.
	Clean Answer = iota
	// Found means that something is wrong: the check's severity applies.
	Found
	// Unasked means that the check could not be asked, or that the base alone gives the same answer.
	Unasked
)

// clean returns a pass with a summary.
func clean(summary string) Finding { return Finding{Answer: Clean, Summary: summary} }

// unasked returns a skip with its reason.
func unasked(reason string, evidence ...report.Evidence) Finding {
	return Finding{Answer: Unasked, Summary: reason, Evidence: evidence}
}

// found returns a problem with a hint and the evidence.
func found(summary, hint string, evidence ...report.Evidence) Finding {
	return Finding{Answer: Found, Summary: summary, Hint: hint, Evidence: evidence}
}

// All returns the registered checks, in the order of the report.
func All() []Check {
	return []Check{
		historyHeads(), historyParent(), historyEdited(), historySingle(),
		generateRename(),
		applySeeded(), applyScratch(), applyStepwise(), applyAdversarial(), applyAtomic(),
		dataLost(), dataChanged(),
		reverseApplies(), reverseSchema(), reverseAgain(),
		driftModels(), driftCatalog(), driftUnintended(),
		writeSmoke(), startBranch(), startBase(),
		waiverUnused(), notes(),
	}
}

// IDs returns the ids of all registered checks, in the order of the report.
func IDs() []string {
	ids := make([]string, 0, len(All()))
	for _, c := range All() {
		ids = append(ids, c.ID)
	}
	return ids
}
