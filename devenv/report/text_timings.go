package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Above these shares the processors or the disk are what a run was short of.
const (
	busyPercent = 85
	waitPercent = 20
)

// timings shows what ran beside what, what used the processors, and what the machine was short of.
func (p *page) timings(d *Document) {
	if d.Timings == nil {
		return
	}
	p.blank()
	p.line(p.bold("Where the time went"))
	for _, l := range bars(d.Steps, d.MS, cmp.Or(p.Width, defaultBars)) {
		p.line(l)
	}
	if spent := spentOf(d.Timings.Programs); spent != "" {
		p.blank()
		p.say("", 0, "processor time: "+spent)
	}
	if d.Timings.Machine != nil {
		p.say("", 0, loadOf(*d.Timings.Machine))
	}
}

// defaultBars is the width of a chart where the output has none; nameWidth and tookWidth are those of its first
// columns.
const (
	defaultBars = 80
	nameWidth   = 20
	tookWidth   = 8
)

// bars returns a line for each step that took time: its name, its duration, and when it ran.
func bars(steps []Step, whole int64, width int) []string {
	room := int64(max(10, width-nameWidth-tookWidth-4))
	var lines []string
	for _, s := range steps {
		if s.MS == 0 || whole == 0 {
			continue
		}
		from := min(s.StartMS*room/whole, room-1)
		length := max(1, min(s.MS*room/whole, room-from))
		name := ansi.Truncate(PrintableLine(s.Name), nameWidth, "…")
		lines = append(lines, fmt.Sprintf("  %s%s%*s  %s%s", name, strings.Repeat(" ", nameWidth-ansi.StringWidth(name)), tookWidth-2,
			Elapsed(time.Duration(s.MS)*time.Millisecond), strings.Repeat(" ", int(from)), strings.Repeat("█", int(length))))
	}
	return lines
}

// spentOf lists the processor time of programs.
func spentOf(programs []Program) string {
	var parts []string
	for _, one := range programs {
		parts = append(parts, one.spent())
	}
	return strings.Join(parts, ", ")
}

// spent says what a program has used, as far as the engine tells.
func (p Program) spent() string {
	text := p.Name + " " + Elapsed(time.Duration(p.CPUMS)*time.Millisecond)
	if p.Unknown > 0 && p.Unknown == p.Containers {
		text = p.Name + " unknown"
	}
	if p.Containers > 1 {
		text += fmt.Sprintf(" in %d containers", p.Containers)
	}
	if p.Unknown > 0 && p.Unknown < p.Containers {
		text += fmt.Sprintf(" (unknown of %d)", p.Unknown)
	}
	return text
}

// loadOf says how busy the machine was, and what the run was short of.
func loadOf(l Load) string {
	text := fmt.Sprintf("this machine: its %s were %d %% busy", Count(l.Processors, "processor"), l.Busy)
	if l.Processors == 1 {
		text = fmt.Sprintf("this machine: its processor was %d %% busy", l.Busy)
	}
	if l.DiskWait > 0 {
		text += fmt.Sprintf(" and waited for a disk for %d %% of the time", l.DiskWait)
	}
	switch {
	case l.Busy >= busyPercent:
		return text + ": the run was short of processors"
	case l.DiskWait >= waitPercent:
		return text + ": the run was short of disk speed"
	}
	return text + ": the run was short of neither"
}

// SortPrograms puts those first that used the processors most.
func SortPrograms(programs []Program) {
	slices.SortStableFunc(programs, func(a, b Program) int { return cmp.Compare(b.CPUMS, a.CPUMS) })
}
