package process

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestRunIsOverOnlyWithProofOrSilence(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	here := Process{Boot: "b", Namespaces: "n", PID: 7, Started: 70}
	at := func(change func(*Process)) Process {
		p := Process{Boot: "b", Namespaces: "n", PID: 9, Started: 90, User: 1000}
		change(&p)
		return p
	}
	same := at(func(*Process) {})
	lately, longAgo := now.Add(-Silence+time.Second), now.Add(-Silence)
	for name, c := range map[string]struct {
		trace Trace
		run   string
		// there maps the ids of processes that the observer sees to their start times.
		there map[int]uint64
		over  string
	}{
		"its process is running, and it has been silent for long": {
			trace: Trace{Process: same, Heard: longAgo},
			there: map[int]uint64{9: 90},
		},
		"its process has ended, and something of it still runs": {
			trace: Trace{Process: same, Heard: now, Running: true},
			over:  "its process 9 of user 1000 has ended",
		},
		"another process has its id": {
			trace: Trace{Process: same, Heard: now},
			there: map[int]uint64{9: 91}, over: "its process 9 of user 1000 has ended",
		},
		"a process with its number has an unknown start time": {
			trace: Trace{Process: same, Heard: longAgo},
			there: map[int]uint64{9: 0},
		},
		"its start time is unknown, and a process has its id": {trace: Trace{
			Process: at(func(p *Process) { p.Started = 0 }),
			Heard:   longAgo,
		}, there: map[int]uint64{9: 90}},
		"another user's, and its process is running": {trace: Trace{
			Process: at(func(p *Process) { p.User = 1 }),
			Heard:   longAgo,
		}, there: map[int]uint64{9: 90}},
		"another container's, recently active": {trace: Trace{
			Process: at(func(p *Process) { p.Namespaces = "m" }),
			Heard:   lately,
		}},
		"another container's, silent for long, and something runs": {trace: Trace{
			Process: at(func(p *Process) { p.Namespaces = "m" }),
			Heard:   longAgo, Running: true,
		}},
		"another container's, silent for long": {trace: Trace{
			Process: at(func(p *Process) { p.Namespaces = "m" }),
			Heard:   longAgo,
		}, over: "it has been silent for 24 hours"},
		"another container's, with the id of a running process": {trace: Trace{
			Process: at(func(p *Process) { p.Namespaces = "m" }),
			Heard:   longAgo,
		}, there: map[int]uint64{9: 90}, over: "it has been silent"},
		"another machine's, or before the last boot, recently active": {trace: Trace{
			Process: at(func(p *Process) { p.Boot = "c" }),
			Heard:   lately,
		}},
		"another machine's, or before the last boot, something runs": {trace: Trace{
			Process: at(func(p *Process) { p.Boot = "c" }),
			Heard:   longAgo, Running: true,
		}},
		"another machine's, or before the last boot, silent for long": {trace: Trace{
			Process: at(func(p *Process) { p.Boot = "c" }),
			Heard:   longAgo,
		}, over: "it has been silent"},
		"of an unknown process, recently active":          {trace: Trace{Heard: lately}},
		"of an unknown process, silent for long":          {trace: Trace{Heard: longAgo}, over: "it has been silent"},
		"of a system that tells neither, recently active": {trace: Trace{Process: Process{PID: 9}, Heard: lately}},
		"its clock is ahead":                              {trace: Trace{Heard: now.Add(time.Hour)}},
		"the observer's own":                              {trace: Trace{Process: here, Run: "r", Heard: longAgo}, run: "r"},
		"the observer's own process, of another worktree": {trace: Trace{Process: here, Run: "q", Heard: longAgo}},
		"the observer's own process, which has another run's lock since": {
			trace: Trace{Process: here, Run: "q", Heard: now}, run: "r",
			over: "this process has ended that run",
		},
	} {
		o := Observer{Process: here, Run: c.run, Now: now, Look: func(pid int) (uint64, bool) {
			began, there := c.there[pid]
			return began,
				there
		}}
		if got := o.Over(c.trace); (got == "") != (c.over == "") || !strings.Contains(got, c.over) {
			t.Errorf("%s: %q, want %q", name, got, c.over)
		}
	}
}

func TestProcessSurvivesItsLabelAndIsSeen(t *testing.T) {
	self := Current()
	if got := Parse(self.String()); got != self || self.Boot == "" || self.Namespaces == "" || self.Started == 0 || self.PID != os.Getpid() {
		t.Errorf("%s is read as %s", self, got)
	}
	if got := Parse("not a process"); got != (Process{}) {
		t.Errorf("%s", got)
	}
	child := exec.CommandContext(t.Context(), "sleep", "600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child.Process.Pid
	if began, there := look(pid); !there || began < self.Started {
		t.Errorf("a running process began at %d, %v; this one at %d", began, there, self.Started)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("it was not killed")
	}
	if _, there := look(pid); there {
		t.Error("a process that was killed is still seen")
	}
}
