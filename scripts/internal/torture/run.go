package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ran is a run of devenv that has ended.
type ran struct {
	exit           int // -1: killed
	stdout, stderr string
	timeline       []sighting
	took           time.Duration
}

// said returns what the run printed for people.
func (r ran) said() string { return strings.TrimSpace(r.stderr) }

// act is what is done to a run at one of its moments.
type act struct {
	at moment
	do func(*os.Process)
}

// graceAfterKill is how long the children of a killed devenv may keep its output open.
const graceAfterKill = 2 * time.Second

// devenv runs the command in the project's directory and performs an act at its moment; nil just runs it.
func (p *project) devenv(whole context.Context, a *act, args ...string) (ran, error) {
	ctx, cancel := context.WithCancel(whole)
	defer cancel()
	began := time.Now()
	w := &watch{act: a, begun: began, names: numbered{}}
	events := make(chan error, 1)
	if a != nil || p.calibrating {
		go func() { events <- p.events(ctx, func(what string) { w.see(sighting{what: what}) }) }()
	} else {
		events <- nil
	}
	var stdout bytes.Buffer
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = p.dir, p.environment(), graceAfterKill
	cmd.Stdout, cmd.Stderr = &stdout, w
	if err := cmd.Start(); err != nil {
		return ran{}, err
	}
	w.start(cmd.Process)
	err := cmd.Wait()
	took := time.Since(began)
	timeline := w.end()
	cancel()
	if eventsErr := errors.Join(<-events, whole.Err()); eventsErr != nil {
		return ran{}, eventsErr
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return ran{}, fmt.Errorf("devenv %s: %w", strings.Join(args, " "), err)
	}
	return ran{exit: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: w.all.String(), timeline: timeline, took: took}, nil
}

// must runs the command, which must succeed.
func (p *project) must(ctx context.Context, args ...string) (ran, error) {
	r, err := p.devenv(ctx, nil, args...)
	if err == nil && r.exit != 0 {
		err = fmt.Errorf("devenv %s: exit %d: %s", strings.Join(args, " "), r.exit, r.said())
	}
	return r, err
}

// watch collects the sightings of a run and performs the act when its moment has come. It is the run's standard
// error.
type watch struct {
	act   *act
	begun time.Time

	mu       sync.Mutex
	process  *os.Process
	timeline []sighting
	names    numbered
	all      bytes.Buffer
	line     []byte
	timer    *time.Timer
	done     chan struct{} // closed when the act is done
	ended    bool
}

func (w *watch) start(process *os.Process) {
	w.mu.Lock()
	w.process = process
	w.mu.Unlock()
	w.see(sighting{what: began})
}

// see records a sighting, and starts the timer if the act's moment is counted from it.
func (w *watch) see(s sighting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	s.at = time.Since(w.begun)
	if s.what == began {
		s.at = 0
	}
	s.what = w.names.name(s.what)
	w.timeline = append(w.timeline, s)
	if w.act != nil && w.timer == nil && s.what == w.act.at.after {
		process := w.process
		w.done = make(chan struct{})
		w.timer = time.AfterFunc(w.act.at.wait, func() {
			w.act.do(process)
			close(w.done)
		})
	}
}

// Write splits the progress into lines.
func (w *watch) Write(text []byte) (int, error) {
	w.mu.Lock()
	w.all.Write(text)
	w.line = append(w.line, text...)
	var steps []sighting
	for {
		line, rest, found := bytes.Cut(w.line, []byte("\n"))
		if !found {
			break
		}
		if s, ok := stepOf(string(line)); ok {
			steps = append(steps, s)
		}
		w.line = rest
	}
	w.mu.Unlock()
	for _, s := range steps {
		w.see(s)
	}
	return len(text), nil
}

// end returns the sightings; it waits for an act that has begun, and prevents one that has not.
func (w *watch) end() []sighting {
	w.mu.Lock()
	w.ended = true
	timer := w.timer
	w.mu.Unlock()
	if timer != nil && !timer.Stop() {
		<-w.done
	}
	return w.timeline
}

// signalling returns an act that sends a signal.
func signalling(s syscall.Signal) func(*os.Process) {
	return func(process *os.Process) {
		_ = process.Signal(s) // it may have ended
	}
}
