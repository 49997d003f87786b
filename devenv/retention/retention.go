// Package retention decides which images built by runs are kept: the last few of each service, by count, age and
// size.
package retention

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Image is an image that a run built.
type Image struct {
	// ID identifies the image; Group is the service that it was built for.
	ID, Group string
	// Used is the time of its last use, Bytes its size.
	Used  time.Time
	Bytes int64
	// Needed means that the current run uses it: it stays, and counts as the most recently used.
	Needed bool
}

// Policy tells what stays of each group.
type Policy struct {
	// Count is how many images stay, Age how long an unused one stays, Bytes how large all of them may be together;
	// the newest stays whatever its size.
	Count int
	Age   time.Duration
	Bytes int64
	// Grace is how long after its last use an image always stays.
	Grace time.Duration
}

// Default returns the policy for the only run on its machine.
func Default() Policy { return Policy{Count: 4, Age: 14 * 24 * time.Hour, Bytes: 10 << 30} }

// String describes the policy for people.
func (p Policy) String() string {
	return fmt.Sprintf("the last %d of each service, for %d days, %d GB", p.Count, int(p.Age.Hours()/24), p.Bytes>>30)
}

// Surplus is an image that can be removed, and why.
type Surplus struct {
	Image
	Why string
}

// Surplus lists the images that can be removed, by group, and in each the most recently used first.
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

// needed sorts the images that the current run uses first.
func needed(a, b Image) int {
	switch {
	case a.Needed == b.Needed:
		return 0
	case a.Needed:
		return -1
	}
	return 1
}

// why returns why an image can be removed, given the images of its group that stay and were used after it; empty if
// it stays too.
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
