// Package checks holds the questions asked of a migration, one file each: its id, what it asks, how it judges, and the
// page that explains it. A check is a judgement over recorded facts; the trials that record them are package
// trials'.
package checks

import "devenv/devenv/report"

// Check is one question. Its id is an interface: scripts, waivers and configurations name it.
type Check struct {
	ID string
	// Severity is the status of a problem found: fail or warn. The configuration may change it.
	Severity report.Status
	// Asks is the question in one line.
	Asks string
	// Needs are the trials whose facts the judgement reads; none means the files alone.
	Needs []Trial
	// Page explains the check in Markdown: what is asked, why it matters, an example, how to mend, how to waive.
	Page string
	// Judge answers from the facts. It must not change them.
	Judge func(*Facts) Finding
}

// Finding is what a judgement came to.
type Finding struct {
	// Answer is clean, found or unasked.
	Answer Answer
	// Summary says what was found, in one line. For an unasked check it is the reason.
	Summary string
	// Hint says what to do next, with the code to paste. It may hold several lines.
	Hint     string
	Evidence []report.Evidence
	// On is what was judged, where that is not the base's data.
	On string
	// AtMost lowers the severity of this one finding: warn for what was already mended.
	AtMost report.Status
}

// Answer is the kind of a finding.
type Answer int

// The answers of a judgement.
const (
	// Clean means that nothing is wrong.
	Clean Answer = iota
	// Found means that something is: the check's severity applies.
	Found
	// Unasked means that the question could not be asked, or that the base alone gives the same answer.
	Unasked
)

// clean is a pass with a summary.
func clean(summary string) Finding { return Finding{Answer: Clean, Summary: summary} }

// unasked is a skip with its reason.
func unasked(reason string, evidence ...report.Evidence) Finding {
	return Finding{Answer: Unasked, Summary: reason, Evidence: evidence}
}

// found is a problem, with what to do next and what was seen.
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
