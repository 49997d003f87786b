package main

import (
	"cmp"
	"slices"
	"strings"
)

// outcome is how a finished test ended: "pass", "fail" or "skip".
type outcome string

const (
	pass outcome = "pass"
	fail outcome = "fail"
	skip outcome = "skip"
)

// test is one test or subtest.
type test struct {
	pkg, name string
	outcome   outcome // empty while it runs
	seconds   float64
	parent    bool // it has subtests
	output    strings.Builder
}

// counts are the numbers of the last line. Only leaves count: a test with subtests is the sum of those.
type counts struct{ passed, failed, skipped int }

// tally collects the tests of a run.
type tally struct {
	tests  map[string]*test // by package and name
	builds map[string]*strings.Builder
}

func newTally() *tally {
	return &tally{tests: map[string]*test{}, builds: map[string]*strings.Builder{}}
}

// find returns the test, a new one if unknown. The empty name is the package itself: its output outside tests, and
// failures such as a timeout or a broken build.
func (t *tally) find(pkg, name string) *test {
	key := pkg + " " + name
	if t.tests[key] == nil {
		t.tests[key] = &test{pkg: pkg, name: name}
		for i, r := range name {
			if r == '/' {
				t.find(pkg, name[:i]).parent = true
			}
		}
	}
	return t.tests[key]
}

// build returns the compiler's output for an import path.
func (t *tally) build(importPath string) *strings.Builder {
	if t.builds[importPath] == nil {
		t.builds[importPath] = &strings.Builder{}
	}
	return t.builds[importPath]
}

// of lists the tests of a package by name, without the package itself.
func (t *tally) of(pkg string) []*test {
	var tests []*test
	for _, one := range t.tests {
		if one.pkg == pkg && one.name != "" {
			tests = append(tests, one)
		}
	}
	slices.SortFunc(tests, func(a, b *test) int { return cmp.Compare(a.name, b.name) })
	return tests
}

// closePackage draws the conclusions from a package's end: a test that never ended failed, and a failure that no leaf
// explains counts separately.
func (t *tally) closePackage(pkg string, ended outcome) {
	tests := t.of(pkg)
	for _, one := range tests {
		if one.outcome == "" {
			one.outcome = fail
		}
	}
	for _, one := range tests {
		if one.outcome == fail && one.parent && !failedBelow(tests, one.name) {
			one.parent = false // it failed by itself, so it counts
		}
	}
	if ended == fail && !slices.ContainsFunc(tests, func(one *test) bool { return one.outcome == fail }) {
		t.find(pkg, "").outcome = fail
	}
}

func failedBelow(tests []*test, name string) bool {
	return slices.ContainsFunc(tests, func(one *test) bool {
		return one.outcome == fail && strings.HasPrefix(one.name, name+"/")
	})
}

// count adds up the leaves that keep accepts.
func (t *tally) count(keep func(*test) bool) counts {
	var sum counts
	for _, one := range t.tests {
		if one.parent || !keep(one) {
			continue
		}
		switch one.outcome {
		case pass:
			sum.passed++
		case fail:
			sum.failed++
		case skip:
			sum.skipped++
		}
	}
	return sum
}

// slowest lists the n slowest leaves.
func (t *tally) slowest(n int) []*test {
	leaves := t.longestFirst(func(one *test) bool { return !one.parent && one.name != "" && one.outcome != "" })
	return leaves[:min(n, len(leaves))]
}

// packages lists the packages that took at least that many seconds.
func (t *tally) packages(seconds float64) []*test {
	return t.longestFirst(func(one *test) bool { return one.name == "" && one.seconds >= seconds })
}

// longestFirst lists the tests, and packages, that keep accepts.
func (t *tally) longestFirst(keep func(*test) bool) []*test {
	var kept []*test
	for _, one := range t.tests {
		if keep(one) {
			kept = append(kept, one)
		}
	}
	slices.SortFunc(kept, func(a, b *test) int {
		return cmp.Or(-cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.pkg+a.name, b.pkg+b.name))
	})
	return kept
}
