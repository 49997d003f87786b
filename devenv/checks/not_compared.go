package checks

import "fmt"

// nameNotCompared makes an answer that compares catalogs name the objects whose definitions are not compared. A check
// that was not asked claims nothing.
func nameNotCompared(judge func(*Facts) Finding) func(*Facts) Finding {
	return func(f *Facts) Finding {
		finding := judge(f)
		if n := len(f.NotCompared); n > 0 && finding.Answer != Unasked {
			finding.Summary += fmt.Sprintf("; the definition of %s is not compared%s", f.NotCompared[0], more(n-1))
		}
		return finding
	}
}
