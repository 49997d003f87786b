package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"devenv/devenv/sample"
)

// cutting is a command to interrupt, with its prerequisites and the command that reverts it.
type cutting struct {
	name  string
	args  []string
	first [][]string
	// hasRevision means that the branch has its revision, so that it can be applied.
	hasRevision bool
	// stops means that the stack must be down before the command.
	stops bool
}

// cuttings returns the commands to interrupt.
func cuttings() []cutting {
	restore := []string{"snapshot", "restore", keptName, "--yes"}
	return []cutting{
		{name: "snapshot save", args: []string{"snapshot", "save", "n%d"}},
		{name: "snapshot restore", args: restore},
		{name: "undo", args: []string{"undo", "--yes"}, first: [][]string{restore}},
		{name: "new-migration", args: []string{"new-migration", "Deposits and care notes"}},
		{name: "reset", args: []string{"reset", "--yes"}, hasRevision: true},
		{name: "test-migration", args: []string{"test-migration"}, hasRevision: true},
		{name: "up", args: []string{"up"}, hasRevision: true, stops: true},
	}
}

// cuts sends signals to commands at the beginning, in the middle and at the end of every step.
type cuts struct {
	*torture
	p           *project
	n           int
	hasRevision bool
	// left is what earlier attempts left, each reported once.
	left []string
}

// run makes all attempts.
func (c *cuts) run(ctx context.Context) error {
	var err error
	if c.p, err = c.place.newProject(ctx); err != nil {
		return err
	}
	defer func() { _ = c.p.close(ctx) }() // its name identifies anything that is left
	for _, args := range [][]string{{"up", "postgres"}, {"reset", "--yes", "--to", "base"}, {"snapshot", "save", keptName}} {
		if _, err := c.p.must(ctx, args...); err != nil {
			return err
		}
	}
	for _, command := range cuttings() {
		if !c.wanted(command.name) {
			continue
		}
		if err := c.cut(ctx, command); err != nil {
			return err
		}
	}
	return nil
}

// cut runs a command once to see its steps, and then interrupts it at each.
func (c *cuts) cut(ctx context.Context, command cutting) error {
	if err := c.before(ctx, command); err != nil {
		return err
	}
	c.p.calibrating = true
	r, err := c.p.devenv(ctx, nil, c.arguments(command)...)
	c.p.calibrating = false
	if err != nil || r.exit != 0 && r.exit != 3 {
		return fmt.Errorf("%s: exit %d, %w: %s", command.name, r.exit, err, r.said())
	}
	after, err := c.p.data(ctx)
	if err != nil {
		return err
	}
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT}
	for i, m := range spread(cutMoments(r.timeline), c.limit) {
		// Each moment meets each signal in one of three complete runs.
		s := signals[(i+i/len(signals)+int(time.Now().Unix()/86400))%len(signals)]
		if err := c.attempt(ctx, command, m, s, after); err != nil {
			return err
		}
	}
	return nil
}

func (c *cuts) arguments(command cutting) []string {
	var args []string
	for _, a := range command.args {
		args = append(args, strings.ReplaceAll(a, "%d", fmt.Sprint(c.n)))
	}
	return args
}

// before establishes the prerequisites of an attempt.
func (c *cuts) before(ctx context.Context, command cutting) error {
	c.n++
	if err := c.setRevision(ctx, command.hasRevision); err != nil {
		return err
	}
	if err := c.p.ready(ctx); err != nil {
		return err
	}
	first := command.first
	if command.name == "up" {
		first = [][]string{{"reset", "--yes"}, {"down"}} // the backend starts with its own branch's data
	}
	for _, args := range first {
		if _, err := c.p.must(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// setRevision adds the branch's revision as a commit, or removes it.
func (c *cuts) setRevision(ctx context.Context, wanted bool) error {
	if c.hasRevision == wanted {
		return nil
	}
	c.hasRevision = wanted
	if !wanted {
		_, err := git(ctx, c.p.dir, "reset", "-q", "--hard", "HEAD~1")
		return err
	}
	r, err := c.p.devenv(ctx, nil, "new-migration", "--no-verify", "Deposits and care notes")
	if err != nil || r.exit != 0 {
		return fmt.Errorf("new-migration --no-verify: exit %d, %w: %s", r.exit, err, r.said())
	}
	files, err := filepath.Glob(filepath.Join(c.p.dir, sample.VersionsDir, "*_deposits_and_care_notes.py"))
	if err != nil || len(files) != 1 {
		return fmt.Errorf("the branch's revision: %v %w", files, err)
	}
	revision, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	if revision, err = sample.Correct(revision); err != nil {
		return err
	}
	if err := os.WriteFile(files[0], revision, 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{{"add", "-A"}, {"commit", "-q", "-m", "Deposits and care notes"}} {
		if _, err := git(ctx, c.p.dir, args...); err != nil {
			return err
		}
	}
	return nil
}

// attempt interrupts a command and checks what is left after the next command has run.
func (c *cuts) attempt(ctx context.Context, command cutting, m moment, s syscall.Signal, after string) error {
	if err := c.before(ctx, command); err != nil {
		return err
	}
	facts := cutFacts{command: command, dataComplete: after}
	var err error
	if facts.gitBefore, err = c.p.state(ctx); err != nil {
		return err
	}
	if !command.stops {
		if facts.dataBefore, err = c.p.data(ctx); err != nil {
			return err
		}
	}
	if facts.running, err = c.running(ctx); err != nil {
		return err
	}
	r, err := c.p.devenv(ctx, &act{at: m, do: signalling(s)}, c.arguments(command)...)
	if err != nil {
		return err
	}
	facts.exit, facts.signal = r.exit, s
	if err := c.look(ctx, &facts); err != nil {
		facts.stuck = err.Error()
	}
	found := judgeCut(facts)
	c.table.add(attempt{command: command.name, moment: m.String(), done: s.String() + exited(r.exit), finding: found})
	if found.outcome == complete && command.name == "new-migration" {
		_, err := c.p.must(ctx, "undo", "--yes")
		return err
	}
	return nil
}

func exited(status int) string {
	if status < 0 {
		return ""
	}
	return fmt.Sprintf(", exit %d", status)
}

// running returns the services of the stack whose containers are running.
func (c *cuts) running(ctx context.Context) ([]string, error) {
	lines, err := dockerLines(ctx, "ps", "--filter", "label=com.docker.compose.project="+c.p.name, "--format",
		`{{.Label "com.docker.compose.service"}}`)
	slices.Sort(lines)
	return lines, err
}

// look lets the next command repair what the interrupted one left, and reads everything.
func (c *cuts) look(ctx context.Context, f *cutFacts) (err error) {
	next := []string{"snapshot", "save", "--dry-run", "any"}
	if f.command.stops {
		next = f.command.args // it must succeed
	}
	r, err := c.p.devenv(ctx, nil, next...)
	if err != nil {
		return err
	}
	if r.exit != 0 {
		return fmt.Errorf("the next command, %s: exit %d: %s", strings.Join(next, " "), r.exit, r.said())
	}
	if f.gitAfter, err = c.p.state(ctx); err != nil {
		return err
	}
	if f.runningAfter, err = c.running(ctx); err != nil {
		return err
	}
	left, err := c.leftovers(ctx)
	if err != nil {
		return err
	}
	f.left, c.left = without(left, c.left), left
	if err := c.p.ready(ctx); err != nil {
		return err
	}
	f.broken = c.p.sound(ctx)
	f.dataAfter, err = c.p.data(ctx)
	return err
}

// leftovers returns what devenv's runs in the project left on the engine, except images that later runs use.
func (c *cuts) leftovers(ctx context.Context) ([]string, error) {
	var left []string
	for what, args := range map[string][]string{
		"container": {"ps", "-a", "--format", "{{.Names}}"},
		"network":   {"network", "ls", "--format", "{{.Name}}"},
		"volume":    {"volume", "ls", "--format", "{{.Name}}"},
	} {
		names, err := dockerLines(ctx, append(args, "--filter", "label=dev.devenv.root="+c.p.dir)...)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			left = append(left, what+" "+name)
		}
	}
	images, err := c.p.images(ctx)
	return append(left, useless(images, c.p.name)...), err
}
