package machine

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/go-units"
	"github.com/shirou/gopsutil/v4/disk"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// The minimum bytes of memory and of disk, and how far the engine's clock may be off.
const (
	littleMemory = 2 * units.GiB
	littleDisk   = 10 * units.GiB
	noDisk       = units.GiB
	noCache      = units.MiB
	clockMay     = 5 * time.Second
)

// Supply tells how much a machine has of what it needs.
type Supply int

// The levels of supply.
const (
	// Unseen means that it cannot be seen from here.
	Unseen Supply = iota
	Enough
	// Little works, but slowly or not for long; None does not work.
	Little
	None
)

// Answer is the result for one resource.
type Answer struct {
	Supply Supply
	// Said describes the result in a sentence; Mend tells how to fix it, empty if nothing is wrong.
	Said, Mend string
}

// Clock compares the engine's clock with this machine's.
func Clock(d engine.Details, now time.Time) Answer {
	off := now.Sub(d.Clock).Abs().Round(time.Second)
	if d.Clock.IsZero() || off <= clockMay {
		return Answer{Supply: Enough, Said: "the engine's clock agrees with this machine's"}
	}
	return Answer{
		Supply: Little, Said: fmt.Sprintf("the engine's clock is off by %s: certificates and file times may fail checks", off),
		Mend: "restart Docker, or set the clock of the engine's machine",
	}
}

// Memory judges the memory of the engine's machine.
func Memory(d engine.Details) Answer {
	if d.Memory < littleMemory {
		return Answer{
			Supply: Little, Said: fmt.Sprintf("the engine has %s of memory", report.Megabytes(d.Memory)),
			Mend: "give it 2 GB or more (Docker Desktop: Settings, Resources)",
		}
	}
	return Answer{Supply: Enough, Said: fmt.Sprintf("%s of memory, %d processors", report.Megabytes(d.Memory), d.CPUs)}
}

// Disk judges the fullest of the engine's disks, if the engine runs on this machine.
func Disk(ctx context.Context, e *engine.Engine, d engine.Details) Answer {
	if !e.Info().Local {
		return unseenDisk()
	}
	return judgeDisks([]string{d.RootDirectory, d.ImageDirectory}, func(dir string) (int64, bool) { return free(ctx, dir) })
}

func unseenDisk() Answer {
	return Answer{Supply: Unseen, Said: "the engine's disk cannot be seen from here"}
}

// judgeDisks judges the fullest of the disks of some directories.
func judgeDisks(dirs []string, free func(dir string) (int64, bool)) Answer {
	fullest, left := "", int64(0)
	for _, dir := range dirs {
		if bytes, ok := free(dir); ok && (fullest == "" || bytes < left) {
			fullest, left = dir, bytes
		}
	}
	if fullest == "" {
		return unseenDisk()
	}
	answer := Answer{
		Supply: Little, Said: fmt.Sprintf("%s are free in %s", report.Megabytes(left), fullest),
		Mend: "see what takes up space: docker system df; then: devenv clean, docker system prune",
	}
	switch {
	case left < noDisk:
		answer.Supply = None
	case left >= littleDisk:
		answer.Supply, answer.Mend = Enough, ""
	}
	return answer
}

// Cache judges the disk of the cache directory; empty means that there is none.
func Cache(ctx context.Context, dir string) Answer {
	usage, err := disk.UsageWithContext(ctx, dir)
	if dir == "" || err != nil {
		return Answer{Supply: Unseen, Said: "the cache's disk cannot be seen"}
	}
	return judgeCache(dir, int64(usage.Free), usage.InodesTotal > 0 && usage.InodesFree == 0)
}

// judgeCache judges the free bytes of the cache's disk, which may also have no room for another file's name.
func judgeCache(dir string, left int64, nameless bool) Answer {
	if left >= noCache && !nameless {
		return Answer{Supply: Enough, Said: fmt.Sprintf("%s are free in %s", report.Megabytes(left), dir)}
	}
	return Answer{
		Supply: None, Said: "the disk of the cache " + dir + " is full",
		Mend: "devenv clean, or another cache: export DEVENV_CACHE=/path/with/space",
	}
}

// free returns how many bytes an ordinary user can still write below a directory.
func free(ctx context.Context, dir string) (int64, bool) {
	usage, err := disk.UsageWithContext(ctx, dir)
	if err != nil {
		return 0, false
	}
	return int64(usage.Free), true
}
