package devenv

import (
	"context"
	"runtime"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/base"
	"devenv/devenv/machine"
	"devenv/devenv/report"
	"devenv/devenv/testbed"
)

// stopwatch measures what a run's time goes into.
type stopwatch struct {
	began machine.Clocks
	meter *engine.Meter // nil until the engine is known
}

// startStopwatch begins to measure, if somebody asked for it. What this machine does not tell is left out.
func startStopwatch(ctx context.Context, asked bool) *stopwatch {
	if !asked {
		return nil
	}
	began, err := machine.ReadClocks(ctx)
	if err != nil {
		began = machine.Clocks{}
	}
	return &stopwatch{began: began}
}

// measure begins to measure what containers use.
func (s *stopwatch) measure(e *engine.Engine) {
	if s != nil {
		s.meter = e.Measure()
	}
}

// read returns what the run's time went into, once its containers have been removed.
func (s *stopwatch) read(ctx context.Context, b *testbed.Testbed) *report.Timings {
	if s == nil {
		return nil
	}
	t := &report.Timings{Programs: []report.Program{}}
	if s.meter != nil {
		t.Programs = programs(s.meter.Used(), b)
	}
	now, err := machine.ReadClocks(ctx)
	if err == nil && s.began != (machine.Clocks{}) {
		load, own := now.Since(s.began)
		load.Processors = runtime.NumCPU()
		if s.meter == nil || b.Workspace.Engine.Info().Local {
			t.Machine = &load
		}
		t.Programs = append(t.Programs, report.Program{Name: "devenv", CPUMS: own.Milliseconds()})
	}
	report.SortPrograms(t.Programs)
	return t
}

// programs adds up what containers have used, by what they were for.
func programs(used []engine.Usage, b *testbed.Testbed) []report.Program {
	var list []report.Program
	index := map[string]int{}
	spent := map[string]time.Duration{}
	for _, u := range used {
		name := programOf(u, b)
		if _, known := index[name]; !known {
			index[name] = len(list)
			list = append(list, report.Program{Name: name})
		}
		spent[name] += u.CPU
		list[index[name]].Containers++
		if u.CPU == 0 { // a container that runs has used some
			list[index[name]].Unknown++
		}
		list[index[name]].CPUMS = spent[name].Milliseconds()
	}
	return list
}

// programOf names what a container was for: a clone is no service of Compose's.
func programOf(u engine.Usage, b *testbed.Testbed) string {
	stack := strings.TrimPrefix(u.Project, b.Workspace.Name(""))
	switch {
	case u.Service == "" || u.Service == b.Project.Database:
		return "databases"
	case stack == base.ToolNetwork:
		return b.Project.Migrations.Kind.Name
	}
	return u.Service + " (" + strings.ReplaceAll(stack, "-", " ") + ")"
}
