package checks

// sayFromScratch makes an answer say that it is about a schema made from scratch, where the base's data could not be
// upgraded. A check that was not asked claims nothing.
func sayFromScratch(judge func(*Facts) Finding, fromScratch func(*Facts) bool) func(*Facts) Finding {
	return func(f *Facts) Finding {
		finding := judge(f)
		if finding.Answer != Unasked && fromScratch(f) {
			why := "does not reach the head"
			if _, lost := f.Unanswered[TrialSeeded]; lost {
				why = "was not answered"
			}
			finding.On = "a schema made from scratch"
			finding.Summary += "; tried on " + finding.On + ", because the upgrade of the base's data " + why + " (apply.seeded)"
		}
		return finding
	}
}

func driftFromScratch(f *Facts) bool { return f.Drift.FromScratch }

func reverseFromScratch(f *Facts) bool { return f.Reverse.FromScratch }
