package process

import (
	"fmt"
	"time"
)

// Silence is for how long nothing may be heard of a run whose process cannot be looked for, until it counts as over.
const Silence = 24 * time.Hour

// Trace is what somebody comes upon who finds things of a run.
type Trace struct {
	Run string
	// Process is the run's, the zero value where nothing says it.
	Process Process
	// Running says that something of it runs.
	Running bool
	// Heard is when anything of it was last made, started or ended.
	Heard time.Time
}

// Observer is who judges.
type Observer struct {
	// Process is its own.
	Process Process
	// Run is its run, where it holds the lock of the worktree that the traces are of; else empty.
	Run string
	Now time.Time
	// Look tells when the process of a number began, as it sees processes, 0 where it cannot tell, and whether there is one.
	Look func(pid int) (started uint64, there bool)
}

// Here returns this process as an observer.
func Here() Observer { return Observer{Process: Current(), Now: time.Now(), Look: look} }

// Over returns why a run is over, empty where it may go on. A run is over when its process is proven to have ended. That takes the
// same boot and the same namespaces: a number means nothing elsewhere, nor does a path, which others may have as well. Of any other
// run nothing may run, and nothing have been heard for long.
func (o Observer) Over(t Trace) string {
	if !o.Process.Sees(t.Process) {
		if silent := o.Now.Sub(t.Heard); !t.Running && silent >= Silence {
			return fmt.Sprintf("nothing of it runs, and nothing was heard of it for %d hours", int(silent.Hours()))
		}
		return ""
	}
	if t.Process == o.Process {
		if o.Run != "" && t.Run != o.Run {
			return "this process has ended that run"
		}
		return ""
	}
	started, there := o.Look(t.Process.PID)
	if !there || started != 0 && t.Process.Started != 0 && started != t.Process.Started {
		return fmt.Sprintf("its process %d of user %d has ended", t.Process.PID, t.Process.User)
	}
	return ""
}
