package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// run prints the events of a `go test -json` for people: a line for each package as it ends, and the complete output
// of failures immediately.
type run struct {
	tally *tally
	out   io.Writer
}

func (r *run) take(e event) {
	switch e.Action {
	case "build-output":
		r.tally.build(e.ImportPath).WriteString(e.Output)
	case "build-fail":
		fmt.Fprintf(r.out, "FAIL  build of %s\n%s", e.ImportPath, indent(r.tally.build(e.ImportPath).String()))
	case "output":
		r.tally.find(e.Package, e.Test).output.WriteString(e.Output)
	case "run":
		r.tally.find(e.Package, e.Test)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e)
		}
	}
}

func (r *run) endTest(e event) {
	one := r.tally.find(e.Package, e.Test)
	one.outcome, one.seconds = outcome(e.Action), e.Elapsed
	switch one.outcome {
	case fail:
		r.showFailure(one)
	case skip:
		fmt.Fprintf(r.out, "skip  %s %s\n%s", short(one.pkg), one.name, indent(reason(one.output.String())))
	}
	one.output.Reset()
}

func (r *run) endPackage(e event) {
	ended := outcome(e.Action)
	for _, one := range r.tally.of(e.Package) {
		if one.outcome == "" {
			r.showFailure(one)
		}
	}
	r.tally.closePackage(e.Package, ended)
	r.tally.find(e.Package, "").seconds = e.Elapsed
	sum := r.tally.count(func(one *test) bool { return one.pkg == e.Package })
	if sum == (counts{}) {
		return // no test files
	}
	word := "ok  "
	if ended == fail {
		word = "FAIL"
		fmt.Fprint(r.out, indent(r.tally.find(e.Package, "").output.String()))
	}
	fmt.Fprintf(r.out, "%s  %-34s %7.1fs  %s\n", word, short(e.Package), e.Elapsed, sum.brief())
}

func (r *run) showFailure(one *test) {
	fmt.Fprintf(r.out, "FAIL  %s %s\n%s", short(one.pkg), one.name, indent(one.output.String()))
}

// most is how many of the slowest tests are listed, and atLeast how many seconds a package must take to be listed.
const (
	most    = 20
	atLeast = 0.5
)

// list prints tests or packages with their times, under a title.
func (r *run) list(title string, tests []*test) {
	if len(tests) == 0 {
		return
	}
	fmt.Fprintf(r.out, "\n%s:\n", title)
	for _, one := range tests {
		fmt.Fprintf(r.out, "  %7.2fs  %s\n", one.seconds, strings.TrimSpace(short(one.pkg)+" "+one.name))
	}
}

// summarise prints the times, the failures once more, and the last line. elsewhere names checks that failed outside
// the stream.
func (r *run) summarise(elsewhere []string) counts {
	r.list("time by package, some of which ran in parallel", r.tally.packages(atLeast))
	r.list("slowest tests", r.tally.slowest(most))
	sum := r.tally.count(func(*test) bool { return true })
	sum.failed += len(elsewhere)
	if failed := append(slices.Clone(elsewhere), r.failures()...); len(failed) > 0 {
		fmt.Fprintf(r.out, "\nfailed:\n  %s\n", strings.Join(failed, "\n  "))
	}
	fmt.Fprintf(r.out, "\n%s\n", sum)
	return sum
}

func (r *run) failures() []string {
	var names []string
	for _, one := range r.tally.tests {
		if one.outcome == fail && !one.parent {
			names = append(names, strings.TrimSpace(short(one.pkg)+" "+one.name))
		}
	}
	slices.Sort(names)
	return names
}

// String returns the plain last line, which tools read literally.
func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

// brief omits zero counts.
func (c counts) brief() string {
	text := fmt.Sprintf("%d passed", c.passed)
	if c.failed > 0 {
		text += fmt.Sprintf(", %d FAILED", c.failed)
	}
	if c.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.skipped)
	}
	return text
}

// short omits the module's own name.
func short(pkg string) string { return strings.TrimPrefix(pkg, "devenv/") }

func indent(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "=== ") {
			lines.WriteString("      " + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return lines.String()
}

// reason returns the part of a skipped test's output that explains the skip.
func reason(output string) string {
	var lines strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--- ") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}
