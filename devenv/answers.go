package devenv

import (
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/report"
	"devenv/devenv/testbed"
)

// answers are the checks' answers, each told as soon as it stands; so is the verdict on the base's data, which people
// wait for, while the backends still start.
type answers struct {
	*testbed.Testbed
	// known is when each check's answer stood, in milliseconds after the run began.
	known  map[string]int64
	judged bool
}

// update tells which answers have become known.
func (a *answers) update(facts *checks.Facts, over func(checks.Trial) bool) {
	known := checks.Known(*facts, a.Request.Selection, over)
	for _, c := range known {
		a.tell(&c)
	}
	a.judge(known)
}

// all returns all answers, once the trials are over.
func (a *answers) all(facts checks.Facts) []report.Check {
	all := checks.Evaluate(facts, a.Request.Selection)
	for i := range all {
		a.tell(&all[i])
	}
	return all
}

// tell tells an answer, unless it has been told, and sets when it stood.
func (a *answers) tell(c *report.Check) {
	at, told := a.known[c.ID]
	if !told {
		at = a.Spent().Milliseconds()
		a.known[c.ID] = at
	}
	c.KnownMS = at
	if !told && c.Status != report.StatusSkip {
		a.Emit(report.Checked{Check: *c})
	}
}

// judge tells the verdict on the base's data, if all its answers are known.
func (a *answers) judge(known []report.Check) {
	onData := func(c report.Check) bool { return checks.OnData(c.ID) }
	other := func(id string) bool { return !checks.OnData(id) }
	answers := slices.DeleteFunc(slices.Clone(known), func(c report.Check) bool { return !onData(c) })
	if a.judged || len(answers) < len(slices.DeleteFunc(checks.IDs(), other)) {
		return
	}
	a.judged = true
	if slices.ContainsFunc(answers, aboutTheUpgrade) {
		a.Emit(report.Judged{Checks: answers, At: a.Spent()})
	}
}

// aboutTheUpgrade reports whether an answer says something of the upgrade or the data: without one, as where the branch
// adds no revision, there is no verdict on them.
func aboutTheUpgrade(c report.Check) bool {
	group, _, _ := strings.Cut(c.ID, ".")
	return (group == "apply" || group == "data") && (c.Status != report.StatusSkip || c.Unanswered)
}
