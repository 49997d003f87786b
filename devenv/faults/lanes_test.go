package faults

import (
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"devenv/devenv/report"
)

const (
	// fewest is how many cases a lane must be good for: it costs a start, and its first case gains nothing.
	fewest = 4
	// idleLanes is how many lanes may wait for a case: each has a migration tool and some servers ready.
	idleLanes = 4
)

// lanes are working trees that the command watches. Cases that call it in the same way share one, one after the other,
// which takes half the processor time of a run for each, and shows that a watch finds what single runs find.
type lanes struct {
	*projects
	top *testing.T // lanes outlive the cases
	// alike counts the cases that call the command in the same way.
	alike map[string]int

	mu   sync.Mutex
	idle []*lane
}

// lane is one working tree, and the command that watches it.
type lane struct {
	call    string
	dir     string
	command *exec.Cmd // nil before the first case
	answers *json.Decoder
	said    strings.Builder // read once the command has ended
}

// newLanes returns lanes for a table; those that nobody needs any more are closed at the end.
func newLanes(t *testing.T, p *projects, entries []entry) *lanes {
	l := &lanes{projects: p, top: t, alike: map[string]int{}}
	for _, e := range entries {
		if e.canShare() {
			l.alike[e.call()]++
		}
	}
	t.Cleanup(func() {
		for _, one := range l.idle {
			one.close(t)
		}
	})
	return l
}

// call identifies how a case calls the command, on which base.
func (e entry) call() string { return strings.Join(append([]string{e.Base}, e.skips()...), " ") }

// canShare reports whether a watch shows all that the case asks: the command itself ends with another status.
func (e entry) canShare() bool {
	return e.Command == "" && len(e.Args) == 0 && len(e.Error) == 0 && (e.Exit == nil || *e.Exit == 0 || *e.Exit == 3)
}

// shares reports whether a case is judged in a lane.
func (l *lanes) shares(e entry) bool { return e.canShare() && l.alike[e.call()] >= fewest }

// judge makes a case's changes in a lane, and returns the document and the exit status that a single run would have.
// Between two cases the command is stopped: it must not see half of the changes, nor look for any.
func (l *lanes) judge(t *testing.T, e entry, sql bool) (report.Document, int) {
	l.base(t, e.Base)
	one := l.take(e)
	given := false
	defer func() {
		if !given { // the case has failed
			one.end()
		}
	}()
	b := branch{T: t, projects: l.projects, dir: one.dir}
	git(t, one.dir, "checkout", "-q", "--force", "--detach", e.from())
	git(t, one.dir, "clean", "-ffdqx")
	b.apply(e, sql)
	if one.command == nil {
		one.start(t, l.projects, e)
	} else {
		one.signal(t, syscall.SIGCONT)
	}
	var d report.Document
	if err := one.answers.Decode(&d); err != nil {
		one.end()
		t.Fatalf("watch: %v\n%s", err, one.said.String())
	}
	one.signal(t, syscall.SIGSTOP)
	given = true
	l.give(t, one)
	return d, exitOf(&d)
}

// take returns a lane for a case: one that waits, or a new one.
func (l *lanes) take(e entry) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, one := range l.idle {
		if one.call == e.call() {
			l.idle = append(l.idle[:i:i], l.idle[i+1:]...)
			return one
		}
	}
	one := &lane{call: e.call(), dir: filepath.Join(l.top.TempDir(), "depot")}
	l.checkOut(l.top, one.dir, e.from())
	return one
}

// give lets a lane wait for another case, and closes the one that has waited longest if there are too many.
func (l *lanes) give(t *testing.T, one *lane) {
	l.mu.Lock()
	l.idle = append(l.idle, one)
	var surplus *lane
	if len(l.idle) > idleLanes {
		surplus, l.idle = l.idle[0], l.idle[1:]
	}
	l.mu.Unlock()
	if surplus != nil {
		surplus.close(t)
	}
}

// start starts the command.
func (one *lane) start(t *testing.T, p *projects, e entry) {
	t.Helper()
	args := append([]string{"--format", "json", "test-migration", "--watch", "--base", baseRef(e.Base)}, e.skips()...)
	one.command = exec.CommandContext(context.WithoutCancel(t.Context()), p.binary, args...)
	one.command.Dir, one.command.Env, one.command.Stderr = one.dir, p.environment(), &one.said
	out, err := one.command.StdoutPipe()
	if err == nil {
		err = one.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	one.answers = json.NewDecoder(out)
}

func (one *lane) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := one.command.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// close interrupts the command, which removes what it has kept ready. It must not have answered without a change; its
// last document says that it was interrupted.
func (one *lane) close(t *testing.T) {
	t.Helper()
	one.signal(t, syscall.SIGINT)
	one.signal(t, syscall.SIGCONT)
	var last report.Document
	err := one.answers.Decode(&last)
	if err != nil || last.Error == nil || !strings.Contains(last.Error.Message, "interrupted") || one.answers.Decode(&last) != io.EOF {
		t.Errorf("not interrupted, or an answer that nobody asked for: %+v, %v", last, err)
	}
	if err = one.command.Wait(); one.command.ProcessState.ExitCode() != 130 {
		t.Errorf("interrupt the watch: %v\n%s", err, one.said.String())
	}
}

// end kills the command; the next run of the suite sweeps up what it has kept ready.
func (one *lane) end() {
	if one.command != nil && one.command.ProcessState == nil {
		_ = one.command.Process.Kill()
		_ = one.command.Wait()
	}
}

// exitOf returns the exit status of a run with that document and without --strict.
func exitOf(d *report.Document) int {
	switch {
	case d.Error != nil:
		return 1
	case d.Verdict == report.VerdictFail:
		return 3
	}
	return 0
}
