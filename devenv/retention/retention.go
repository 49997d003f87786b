// Package retention decides which of the images that runs have built stay: the last few of each service, by count, age and size.
package retention

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Image is one that was built.
type Image struct {
	// ID tells it from others; Group is what it is one of several of: a service.
	ID, Group string
	// Used is when it was used last, Bytes its size.
	Used  time.Time
	Bytes int64
	// Needed says that the run at hand uses it: it stays, and counts as the one that was used last.
	Needed bool
}

// Policy is what stays of each group.
type Policy struct {
	// Count is how many stay, Age how long one stays that is not used, Bytes what all that stay may have together; the newest stays
	// whatever its size.
	Count int
	Age   time.Duration
	Bytes int64
	// Grace is for how long after its last use an image stays in any case.
	Grace time.Duration
}

// Default returns the policy of a run that is alone on its machine.
func Default() Policy { return Policy{Count: 4, Age: 14 * 24 * time.Hour, Bytes: 10 << 30} }

// String says the policy as people do.
func (p Policy) String() string {
	return fmt.Sprintf("the last %d of each service, for %d days, %d GB", p.Count, int(p.Age.Hours()/24), p.Bytes>>30)
}

// Surplus is an image that need not stay, and why.
type Surplus struct {
	Image
	Why string
}

// Surplus lists what need not stay, in the order of groups and uses, the latest first.
func (p Policy) Surplus(images []Image, now time.Time) []Surplus {
	sorted := slices.SortedFunc(slices.Values(images), func(a, b Image) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), needed(a, b), b.Used.Compare(a.Used), cmp.Compare(a.ID, b.ID))
	})
	var surplus []Surplus
	var kept []Image
	for _, image := range sorted {
		if len(kept) > 0 && kept[0].Group != image.Group {
			kept = nil
		}
		if why := p.why(image, kept, now); why != "" {
			surplus = append(surplus, Surplus{image, why})
		} else {
			kept = append(kept, image)
		}
	}
	return surplus
}

// needed puts what the run at hand uses before what it does not.
func needed(a, b Image) int {
	switch {
	case a.Needed == b.Needed:
		return 0
	case a.Needed:
		return -1
	}
	return 1
}

// why returns why an image need not stay beside those of its group that do, which were used after it; nothing when it stays.
func (p Policy) why(image Image, kept []Image, now time.Time) string {
	var bytes int64
	for _, k := range kept {
		bytes += k.Bytes
	}
	unused := now.Sub(image.Used)
	switch {
	case image.Needed, unused < p.Grace:
		return ""
	case len(kept) >= p.Count:
		return fmt.Sprintf("%d were used after it", len(kept))
	case unused > p.Age:
		return fmt.Sprintf("not used for %d days", int(unused.Hours()/24))
	case len(kept) > 0 && bytes+image.Bytes > p.Bytes:
		return fmt.Sprintf("those used after it have %d MB", bytes>>20)
	}
	return ""
}
