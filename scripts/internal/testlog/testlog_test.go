package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stream writes events as the go command does.
func stream(t *testing.T, events ...event) *bytes.Buffer {
	t.Helper()
	var lines bytes.Buffer
	for _, e := range events {
		if err := json.NewEncoder(&lines).Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	return &lines
}

func on(pkg, test, action, output string) event {
	return event{Package: pkg, Test: test, Action: action, Output: output}
}

// listing returns a file with the names of checks that failed elsewhere.
func listing(t *testing.T, names string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "failed")
	if err := os.WriteFile(path, []byte(names), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheLastLineCountsLeaves(t *testing.T) {
	cases := map[string]struct {
		args   []string
		events []event
		last   string
		exit   int
	}{
		"a test with subtests is the sum of them": {
			events: []event{
				on("p", "TestA", "run", ""), on("p", "TestA/x", "run", ""), on("p", "TestA/x/y", "run", ""),
				on("p", "TestA/z", "run", ""), on("p", "TestA/x/y", "pass", ""), on("p", "TestA/x", "pass", ""),
				on("p", "TestA/z", "pass", ""), on("p", "TestA", "pass", ""), on("p", "", "pass", ""),
			},
			last: "2 passed, 0 failed, 0 skipped",
		},
		"a failing leaf counts once, not with its parents": {
			events: []event{
				on("p", "TestA", "run", ""), on("p", "TestA/x", "run", ""),
				on("p", "TestA/x", "fail", ""), on("p", "TestA", "fail", ""), on("p", "", "fail", ""),
			},
			last: "0 passed, 1 failed, 0 skipped", exit: 1,
		},
		"a parent that fails by itself counts": {
			events: []event{
				on("p", "TestA", "run", ""), on("p", "TestA/x", "run", ""),
				on("p", "TestA/x", "pass", ""), on("p", "TestA", "fail", ""), on("p", "", "fail", ""),
			},
			last: "1 passed, 1 failed, 0 skipped", exit: 1,
		},
		"a test that never ended failed": {
			events: []event{
				on("p", "TestA", "run", ""), on("p", "TestA", "output", "panic: test timed out\n"), on("p", "", "fail", ""),
			},
			last: "0 passed, 1 failed, 0 skipped", exit: 1,
		},
		"a package that fails without a failing test counts": {
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "pass", ""), on("p", "", "fail", "")},
			last:   "1 passed, 1 failed, 0 skipped", exit: 1,
		},
		"a package without tests does not": {
			events: []event{on("p", "", "skip", "")},
			last:   "0 passed, 0 failed, 0 skipped",
		},
		"a check that failed elsewhere counts": {
			args:   []string{"-failed", listing(t, "golangci-lint\n")},
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "pass", ""), on("p", "", "pass", "")},
			last:   "1 passed, 1 failed, 0 skipped", exit: 1,
		},
		"no check failed elsewhere": {
			args:   []string{"-failed", filepath.Join(t.TempDir(), "none")},
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "pass", ""), on("p", "", "pass", "")},
			last:   "1 passed, 0 failed, 0 skipped",
		},
		"a list of other checks that cannot be read is a failure": {
			args:   []string{"-failed", t.TempDir()},
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "pass", ""), on("p", "", "pass", "")},
			last:   "1 passed, 1 failed, 0 skipped", exit: 1,
		},
		"a skip is fine by default": {
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "skip", ""), on("p", "", "pass", "")},
			last:   "0 passed, 0 failed, 1 skipped",
		},
		"a skip fails where none is allowed": {
			args:   []string{"-no-skips"},
			events: []event{on("p", "TestA", "run", ""), on("p", "TestA", "skip", ""), on("p", "", "pass", "")},
			last:   "0 passed, 0 failed, 1 skipped", exit: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var out, problems bytes.Buffer
			exit := command(c.args, stream(t, c.events...), &out, &problems)
			lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
			if last := lines[len(lines)-1]; last != c.last {
				t.Errorf("last line %q, want %q", last, c.last)
			}
			if exit != c.exit {
				t.Errorf("exit %d, want %d", exit, c.exit)
			}
		})
	}
}

func TestOnlyFailuresShowTheirOutput(t *testing.T) {
	var out, problems bytes.Buffer
	command(nil, stream(
		t,
		on("p", "TestGood", "run", ""), on("p", "TestGood", "output", "quiet\n"), on("p", "TestGood", "pass", ""),
		on("p", "TestBad", "run", ""), on("p", "TestBad", "output", "loud\n"), on("p", "TestBad", "fail", ""),
		on("p", "", "fail", ""),
	), &out, &problems)
	if strings.Contains(out.String(), "quiet") {
		t.Error("the output of a test that passed is shown")
	}
	if strings.Count(out.String(), "loud") != 1 {
		t.Errorf("the output of the failing test should be there once:\n%s", out.String())
	}
}

func TestBrokenBuildShowsTheCompilersOutput(t *testing.T) {
	var out, problems bytes.Buffer
	exit := command(nil, stream(
		t,
		event{ImportPath: "p [p.test]", Action: "build-output", Output: "p/x.go:1: undefined: y\n"},
		event{ImportPath: "p [p.test]", Action: "build-fail"},
		event{Package: "p", Action: "fail"},
	), &out, &problems)
	if exit != 1 || !strings.Contains(out.String(), "undefined: y") {
		t.Errorf("exit %d, output:\n%s", exit, out.String())
	}
	if !strings.HasSuffix(out.String(), "\n0 passed, 1 failed, 0 skipped\n") {
		t.Errorf("the broken package is not counted:\n%s", out.String())
	}
}

// TestTheSlowestAreListed observes the time of each package and of the slowest tests, the longest first.
func TestTheSlowestAreListed(t *testing.T) {
	var events []event
	for i := range 25 {
		events = append(events, event{Package: "devenv/p", Test: fmt.Sprintf("Test%02d", i), Action: "pass", Elapsed: float64(i)})
	}
	events = append(events, event{Package: "devenv/p", Action: "pass", Elapsed: 30}, event{
		Package: "devenv/q", Test: "TestQ",
		Action: "pass", Elapsed: 40,
	},
		event{Package: "devenv/q", Action: "pass", Elapsed: 41}, event{Package: "devenv/r", Action: "pass", Elapsed: 0.1})
	var out, problems bytes.Buffer
	command(nil, stream(t, events...), &out, &problems)
	_, lists, _ := strings.Cut(out.String(), "\ntime by package")
	var got []string
	for line := range strings.Lines(lists) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "  ") {
			got = append(got, strings.Join(fields, " "))
		}
	}
	want := []string{"41.00s q", "30.00s p", "40.00s q TestQ"}
	for i := 24; i > 5; i-- {
		want = append(want, fmt.Sprintf("%d.00s p Test%02d", i, i))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("it lists\n%s", lists)
	}
}
