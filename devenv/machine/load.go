package machine

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/process"

	"devenv/devenv/report"
)

// Clocks are the processors' clocks at one moment: what this machine has done since it started, and this process.
type Clocks struct {
	all cpu.TimesStat
	own time.Duration
}

// ReadClocks reads them.
func ReadClocks(ctx context.Context) (Clocks, error) {
	all, err := cpu.TimesWithContext(ctx, false)
	if err == nil && len(all) == 0 {
		err = errors.New("this system does not tell how busy its processors are")
	}
	if err != nil {
		return Clocks{}, err
	}
	self, err := process.NewProcessWithContext(ctx, int32(os.Getpid())) //nolint:gosec // no system has as many processes
	if err != nil {
		return Clocks{}, err
	}
	own, err := self.TimesWithContext(ctx)
	if err != nil {
		return Clocks{}, err
	}
	return Clocks{all: all[0], own: time.Duration((own.User + own.System) * float64(time.Second))}, nil
}

// Since returns how busy this machine was between two moments, and the processor time of this process.
func (c Clocks) Since(began Clocks) (report.Load, time.Duration) {
	idle, wait := c.all.Idle-began.all.Idle, c.all.Iowait-began.all.Iowait
	used := busy(c.all) - busy(began.all)
	whole := max(used+idle+wait, 0.01) // seconds
	return report.Load{Busy: int(100 * used / whole), DiskWait: int(100 * wait / whole)}, c.own - began.own
}

// busy returns the seconds in which processors worked. Guests' time is part of user and nice.
func busy(t cpu.TimesStat) float64 { return t.User + t.Nice + t.System + t.Irq + t.Softirq + t.Steal }
