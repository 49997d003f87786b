package report_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestTimingsShowWhatRanBesideWhat(t *testing.T) {
	d := report.NewDocument("test-migration")
	d.MS = 10_000
	d.Steps = []report.Step{{Name: "base", MS: 5_000}, {Name: "tool", StartMS: 5_000, MS: 5_000}, {Name: "history"}}
	d.Timings = &report.Timings{
		Programs: []report.Program{{Name: "alembic", Containers: 1, CPUMS: 900}, {Name: "databases", Containers: 5, CPUMS: 2_100}},
		Machine:  &report.Load{Processors: 2, Busy: 93, DiskWait: 1},
	}
	report.SortPrograms(d.Timings.Programs)
	var out strings.Builder
	if err := report.WriteText(&out, d, report.TextOptions{Width: 52}); err != nil {
		t.Fatal(err)
	}
	const want = `
Where the time went
  base                  5.0s  ██████████
  tool                  5.0s            ██████████

processor time: databases 2.1s in 5 containers,
alembic 0.9s
this machine: its 2 processors were 93 % busy and
waited for a disk for 1 % of the time: the run was
short of processors
`
	if !strings.Contains(out.String(), want) {
		t.Errorf("it says\n%s", out.String())
	}
}

func TestProcessorTimeThatNobodyTellsIsUnknown(t *testing.T) {
	d := report.NewDocument("test-migration")
	d.Timings = &report.Timings{Programs: []report.Program{
		{Name: "databases", Containers: 5, CPUMS: 2_100, Unknown: 2},
		{Name: "alembic", Containers: 1, Unknown: 1},
		{Name: "backend", Containers: 2, Unknown: 2},
		{Name: "devenv", CPUMS: 0},
	}}
	var out strings.Builder
	if err := report.WriteText(&out, d, report.TextOptions{Width: 200}); err != nil {
		t.Fatal(err)
	}
	const want = "processor time: databases 2.1s in 5 containers (unknown of 2), alembic unknown, backend unknown in 2 containers, devenv 0.0s"
	if !strings.Contains(out.String(), want) {
		t.Errorf("it says\n%s", out.String())
	}
}
