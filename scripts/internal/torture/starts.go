package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// exchanging is a command that works on the user's data, with its prerequisites.
type exchanging struct {
	name string
	args []string
	// first are the commands that establish the prerequisites.
	first [][]string
}

// keptName is the snapshot that restore uses.
const keptName = "torture"

// exchangingCommands returns the commands during which servers are started. %d is the attempt's number.
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

// prepare creates a project whose database runs, and a snapshot of it.
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
	defer func() { _ = s.p.close(ctx) }() // closing the place removes what is left
	if s.wanted("reset") {                // the base is made once, and not while time is measured
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
		for _, w := range s.ways(c) {
			for _, m := range s.moments(w, timeline, ended) {
				if err := s.attempt(ctx, c, w, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moments returns the moments of a run at which to start a server in one way.
func (s *starts) moments(w way, timeline []sighting, ended time.Duration) []moment {
	switch {
	case w.beforehand:
		return []moment{{name: "before it"}}
	case w.foreign && !w.alone:
		return spread(everyMoment(between(timeline, began, "postgres die"), 0, s.every), s.limit)
	case w.alone || s.short:
		return spread(everyMoment(between(timeline, "postgres die", "postgres start"), 0, s.every), s.limit)
	}
	return spread(everyMoment(timeline, ended, s.every), s.limit)
}

// ways returns the ways to try with a command.
func (s *starts) ways(c exchanging) []way {
	all := ways(s.place.compose)
	switch {
	case s.short && c.name == "snapshot save":
		return all[:1]
	case s.short:
		return all[:2]
	}
	return all
}

// calibrate runs the command undisturbed, to see its sightings.
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

// before establishes the prerequisites of an attempt with the command.
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
