package process

import (
	"fmt"
	"time"
)

// Silence is how long a run whose process cannot be looked up must be silent before it counts as over.
const Silence = 24 * time.Hour

// Trace describes the run that something found on an engine belongs to.
type Trace struct {
	Run string
	// Process is the run's; the zero value if it is unknown.
	Process Process
	// Running means that something of the run is still running.
	Running bool
	// Heard is when anything of it was last created, started or ended.
	Heard time.Time
}

// Observer is the process that judges.
type Observer struct {
	// Process is the observer's own.
	Process Process
	// Run is the observer's run if it holds the lock of the traces' worktree; else empty.
	Run string
	Now time.Time
	// Look returns when a process started, as the observer sees processes, 0 if unknown, and whether it exists.
	Look func(pid int) (started uint64, there bool)
}

// Here returns this process as an observer.
func Here() Observer { return Observer{Process: Current(), Now: time.Now(), Look: look} }

// Over returns why a run is over, empty if it may be going on. A run is over when its process has provably ended.
// Proof needs the same boot and the same namespaces: elsewhere a process id means nothing, and neither does a path,
// which others may have as well. Any other run is over only if nothing of it runs and it has been silent for long.
func (o Observer) Over(t Trace) string {
	if !o.Process.Sees(t.Process) {
		if silent := o.Now.Sub(t.Heard); !t.Running && silent >= Silence {
			return fmt.Sprintf("nothing of it runs, and it has been silent for %d hours", int(silent.Hours()))
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
