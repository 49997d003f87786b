package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// exchanging is a command that works on the user's data, and what has to be there before it.
type exchanging struct {
	name string
	args []string
	// first are the commands that bring about what this one needs.
	first [][]string
}

// keptName is the snapshot that restore takes.
const keptName = "torture"

// exchangingCommands are the commands during which servers are started. %d is the attempt's number.
func exchangingCommands() []exchanging {
	return []exchanging{
		{name: "reset", args: []string{"reset", "--yes", "--to", "base"}},
		{name: "snapshot save", args: []string{"snapshot", "save", "n%d"}},
		{name: "snapshot restore", args: []string{"snapshot", "restore", keptName, "--yes"}},
		{name: "undo", args: []string{"undo", "--yes"}, first: [][]string{{"snapshot", "restore", keptName, "--yes"}}},
	}
}

// starts starts servers on the user's data at every moment of the commands that exchange or copy it.
type starts struct {
	*torture
	p *project
	n int
}

// prepare makes a project whose database runs, and a snapshot of it.
func (s *starts) prepare(ctx context.Context) (err error) {
	if s.p != nil {
		if err := s.p.close(ctx); err != nil {
			return err
		}
	}
	if s.p, err = s.place.newProject(ctx); err != nil {
		return err
	}
	if _, err := s.p.must(ctx, "up", "postgres"); err != nil {
		return err
	}
	if _, err := s.p.fill(ctx, "kept"); err != nil {
		return err
	}
	_, err = s.p.must(ctx, "snapshot", "save", keptName)
	return err
}

// run makes all attempts.
func (s *starts) run(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	defer func() { _ = s.p.close(ctx) }() // the place's end removes what is left
	if s.wanted("reset") {                // the base is made once, and not while somebody looks at the clock
		if _, err := s.p.must(ctx, "reset", "--yes", "--to", "base"); err != nil {
			return err
		}
	}
	for _, c := range exchangingCommands() {
		if !s.wanted(c.name) {
			continue
		}
		timeline, ended, err := s.calibrate(ctx, c)
		if err != nil {
			return err
		}
		for _, w := range s.ways() {
			moments := everyMoment(timeline, ended, s.every)
			if w.alone || s.short {
				moments = everyMoment(between(timeline, "postgres die", "postgres start"), 0, s.every)
			}
			for _, m := range spread(moments, s.limit) {
				if err := s.attempt(ctx, c, w, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// ways are the ways that are tried.
func (s *starts) ways() []way {
	all := ways(s.place.compose)
	if s.short {
		return all[:2]
	}
	return all
}

// calibrate runs the command as it is, to see what there is to see of it.
func (s *starts) calibrate(ctx context.Context, c exchanging) ([]sighting, time.Duration, error) {
	if err := s.before(ctx, c); err != nil {
		return nil, 0, err
	}
	s.p.calibrating = true
	r, err := s.p.must(ctx, s.arguments(c)...)
	s.p.calibrating = false
	fmt.Fprintf(s.progress, "%s takes %s:", c.name, r.took.Round(time.Millisecond))
	for _, seen := range r.timeline {
		fmt.Fprintf(s.progress, " %d %s,", seen.at.Milliseconds(), seen.what)
	}
	fmt.Fprintln(s.progress)
	return r.timeline, r.took, err
}

// before brings about what an attempt with the command needs.
func (s *starts) before(ctx context.Context, c exchanging) error {
	s.n++
	if err := s.p.ready(ctx); err != nil {
		return err
	}
	for _, args := range c.first {
		if _, err := s.p.must(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *starts) arguments(c exchanging) []string {
	args := []string{"--format", "json"}
	for _, a := range c.args {
		args = append(args, strings.ReplaceAll(a, "%d", fmt.Sprint(s.n)))
	}
	return args
}

// attempt starts a server at a moment of a command, writes through it, and looks for what was written.
func (s *starts) attempt(ctx context.Context, c exchanging, w way, m moment) error {
	if err := s.before(ctx, c); err != nil {
		return err
	}
	facts := startFacts{command: c.name}
	var err error
	if facts.before, err = s.p.fill(ctx, fmt.Sprintf("%d", s.n)); err != nil {
		return err
	}
	began := time.Now()
	writing, stop := context.WithCancel(ctx)
	defer stop()
	writers := &writers{}
	a := &act{at: m, do: func(*os.Process) {
		container, err := w.start(ctx, s.p, s.n)
		if err != nil {
			facts.notStarted = err.Error()
		}
		writers.add(writing, container, fmt.Sprintf("%d at once", s.n))
	}}
	writers.add(writing, s.p.container("postgres"), fmt.Sprintf("%d meanwhile", s.n))
	r, err := s.p.devenv(ctx, a, s.arguments(c)...)
	if err != nil {
		return err
	}
	writers.linger(ctx)
	stop()
	facts.exit, facts.said, facts.written = r.exit, r.said(), writers.rows()
	facts.twoServers = twoServers(r.timeline)
	if err := s.look(ctx, &facts, r, began); err != nil {
		facts.stuck = err.Error()
	}
	found := judgeStart(facts)
	s.table.add(attempt{command: c.name, moment: m.String(), done: w.name, finding: found})
	if found.outcome == lost {
		return s.prepare(ctx)
	}
	return nil
}

// look lets the next command mend what the attempt left, and reads the data: as it is, and as undo brings it back.
func (s *starts) look(ctx context.Context, f *startFacts, r ran, began time.Time) error {
	log, err := s.p.expel(ctx)
	if err != nil {
		return err
	}
	next, err := s.p.devenv(ctx, nil, "snapshot", "save", "--dry-run", "any")
	if err != nil {
		return err
	}
	if next.exit != 0 {
		return fmt.Errorf("the next command: exit %d: %s", next.exit, next.said())
	}
	if err := s.p.ready(ctx); err != nil {
		return err
	}
	if f.now, err = s.p.rows(ctx); err != nil {
		return err
	}
	f.broken = s.p.sound(ctx)
	f.alarms = alarmsIn(log + logSince(ctx, s.p.container("postgres"), began))
	back := s.comesBack(f.command, r)
	if r.exit != 0 || back == nil {
		return nil
	}
	if _, err := s.p.must(ctx, back...); err != nil {
		return err
	}
	if err := s.p.ready(ctx); err != nil {
		return err
	}
	if f.back, err = s.p.rows(ctx); err != nil {
		return err
	}
	if broken := s.p.sound(ctx); broken != "" {
		f.broken = "what was kept: " + broken
	}
	f.alarms = append(f.alarms, alarmsIn(logSince(ctx, s.p.container("postgres"), began))...)
	return nil
}

// comesBack is the command that brings back what the run kept; nil where it kept nothing.
func (s *starts) comesBack(command string, r ran) []string {
	var document struct {
		Items []struct{ Name, Snapshot string }
	}
	if json.Unmarshal([]byte(r.stdout), &document) != nil || len(document.Items) == 0 {
		return nil
	}
	switch item := document.Items[0]; {
	case command == "snapshot save":
		return []string{"snapshot", "restore", item.Name, "--yes"}
	case command == "undo" && item.Snapshot != "":
		return []string{"snapshot", "restore", item.Snapshot, "--yes"}
	default:
		return []string{"undo", "--yes"}
	}
}
