package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// attempt starts a server before or at a moment of a command, writes through it, and checks that the rows are still
// there.
func (s *starts) attempt(ctx context.Context, c exchanging, w way, m moment) error {
	if err := s.before(ctx, c); err != nil {
		return err
	}
	facts := startFacts{command: c.name, want: w.want}
	var err error
	if facts.before, err = s.p.fill(ctx, fmt.Sprintf("%d", s.n)); err != nil {
		return err
	}
	began := time.Now()
	r, err := s.disturb(ctx, c, w, m, &facts)
	if err != nil {
		return err
	}
	if err := s.look(ctx, &facts, r, began); err != nil {
		facts.stuck = err.Error()
	}
	found := judgeStart(facts)
	s.table.add(attempt{command: c.name, moment: m.String(), done: w.name, finding: found})
	if found.outcome == lost || found.outcome == missed {
		return s.prepare(ctx)
	}
	return nil
}

// disturb runs the command and starts the server, while clients write through it and through the stack's own.
func (s *starts) disturb(ctx context.Context, c exchanging, w way, m moment, f *startFacts) (ran, error) {
	writing, stop := context.WithCancel(ctx)
	defer stop()
	writers := &writers{}
	start := func(*os.Process) {
		container, _ := w.start(ctx, s.p, s.n) // the engine may refuse it, for example while the container stops
		writers.add(writing, container, fmt.Sprintf("%d at once", s.n))
	}
	writers.add(writing, s.p.container("postgres"), fmt.Sprintf("%d meanwhile", s.n))
	disturbance := &act{at: m, do: start}
	if w.beforehand {
		start(nil)
		disturbance = nil
	}
	r, err := s.p.devenv(ctx, disturbance, s.arguments(c)...)
	if err != nil {
		return ran{}, err
	}
	writers.linger(ctx)
	stop()
	running, err := dockerLines(ctx, "ps", "-q", "--filter", "name=^"+s.p.container("postgres")+"$")
	if err != nil {
		return ran{}, err
	}
	killed := r.exit != 0 && len(running) == 0
	f.exit, f.said, f.written, f.twoServers = r.exit, r.said(), writers.rows(), twoServers(r.timeline, killed)
	f.missed = w.foreign && !w.beforehand && cameWhileItRan(r.timeline, w.alone)
	return r, nil
}

// look lets the next command repair what the attempt left, and reads the data: the current data, and what undo
// restores.
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
	exchanged := len(without(f.before, f.now)) > 0
	if r.exit != 0 && !exchanged {
		return nil
	}
	back, err := s.restoring(ctx, f.command, r)
	if err != nil {
		return err
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

// restoring returns the command that restores what the run kept, even if the run failed because it could not start
// the stack.
func (s *starts) restoring(ctx context.Context, command string, r ran) ([]string, error) {
	var document struct {
		Items []struct{ Name, Snapshot string }
	}
	first := func(printed string) (name, snapshot string, err error) {
		if err := json.Unmarshal([]byte(printed), &document); err != nil || len(document.Items) == 0 {
			return "", "", err
		}
		return document.Items[0].Name, document.Items[0].Snapshot, nil
	}
	name, kept, err := first(r.stdout)
	switch {
	case err != nil:
		return nil, err
	case command == "snapshot save":
		return []string{"snapshot", "restore", name, "--yes"}, nil
	case command != "undo":
		return []string{"undo", "--yes"}, nil
	case kept != "":
		return []string{"snapshot", "restore", kept, "--yes"}, nil
	}
	all, err := s.p.must(ctx, "--format", "json", "snapshot", "list")
	if err != nil {
		return nil, err
	}
	newest, _, err := first(all.stdout)
	return []string{"snapshot", "restore", newest, "--yes"}, err
}
