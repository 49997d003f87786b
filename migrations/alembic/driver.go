// Package alembic runs Alembic inside the project's own container: one Python process, fed with a driver over stdin, that
// answers JSON lines. What the tool itself answers with an error is a *migrations.Failure; every other error means that
// the process could not be talked to.
package alembic

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"devenv/devenv/report"
	"devenv/migrations"
)

//go:embed driver/*.py
var sources embed.FS

// Driver is the migration tool in one process. Commands run one after another: a second caller waits. After an error that
// is not a *migrations.Failure the driver is of no further use.
type Driver struct {
	process Process
	hello   Hello
	stderr  *tail
	replies chan reply
	turn    chan struct{}
	done    sync.WaitGroup
	next    int
	broken  error
	// generated are the last Autogenerate's operations, by whose positions WriteRevision leaves some out.
	generated []migrations.Operation
}

// request is one command. The exported fields travel.
type request struct {
	ID        int            `json:"id"`
	Command   string         `json:"cmd"`
	Arguments map[string]any `json:"arguments,omitempty"`
	Address   string         `json:"address"`
	Hosts     []string       `json:"hosts"`

	Database    Database                   `json:"-"`
	onStatement func(migrations.Statement) `json:"-"`
}

// reply is one line from the driver: an event of a running command, or its end.
type reply struct {
	ID        int                   `json:"id"`
	Statement *migrations.Statement `json:"statement"`
	End       bool                  `json:"end"`
	Result    json.RawMessage       `json:"result"`
	Failure   *migrations.Failure   `json:"failure"`

	err error
}

// Start sends the driver to a process started with Command and asks what it found. The process is the driver's from then
// on: Close ends it. On an error the process is closed already.
func Start(ctx context.Context, o Options, p Process) (*Driver, error) {
	d := &Driver{
		process: p, stderr: newTail(o.OnStderr), replies: make(chan reply), turn: make(chan struct{}, 1),
	}
	d.done.Go(func() { d.stderr.read(p.Stderr()) })
	d.done.Go(func() { d.read(p.Stdout()) })
	if err := d.start(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

func (d *Driver) start(ctx context.Context, o Options) error {
	modules, err := modules()
	if err != nil {
		return err
	}
	if err := d.send(ctx, modules); err != nil {
		return d.lost(ctx, err)
	}
	arguments := map[string]any{"config": o.Config, "section": o.Section, "x": o.XArguments}
	return d.call(ctx, request{Command: "hello", Arguments: arguments}, &d.hello)
}

// modules returns the driver's source files by module name.
func modules() (map[string]string, error) {
	found := map[string]string{}
	files, err := fs.Glob(sources, "driver/*.py")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := sources.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found[strings.TrimSuffix(path.Base(file), ".py")] = string(text)
	}
	return found, nil
}

// Close ends the process and waits for it, as long as the context allows. A command in the middle of which it is called
// runs to its end first: kill the process, or remove its container, to stop it.
func (d *Driver) Close(ctx context.Context) error {
	closed := d.process.Close()
	d.done.Go(func() {
		for range d.replies { // the reader must not wait for a caller that has gone
		}
	})
	if _, err := d.process.Wait(ctx); err != nil {
		return fmt.Errorf("end the migration tool's driver: %w", err)
	}
	d.done.Wait()
	if closed != nil && !errors.Is(closed, io.ErrClosedPipe) && !errors.Is(closed, fs.ErrClosed) {
		return fmt.Errorf("end the migration tool's driver: %w", closed)
	}
	return nil
}

// call runs one command and decodes its result. The result of a failed command is decoded too, where there is one.
func (d *Driver) call(ctx context.Context, r request, result any) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if d.broken != nil {
		return d.broken
	}
	d.next++
	r.ID, r.Address, r.Hosts = d.next, r.Database.Address, r.Database.Hosts
	if err := d.send(ctx, r); err != nil {
		return d.lost(ctx, err)
	}
	return d.await(ctx, r, result)
}

func (d *Driver) await(ctx context.Context, r request, result any) error {
	for {
		select {
		case <-ctx.Done():
			return d.lost(ctx, ctx.Err())
		case line, open := <-d.replies:
			switch {
			case !open:
				return d.lost(ctx, errors.New("it ended in the middle of a command"))
			case line.err != nil:
				return d.lost(ctx, line.err)
			case line.ID != r.ID:
				continue
			case line.Statement != nil && r.onStatement != nil:
				r.onStatement(*line.Statement)
			case line.End:
				return d.end(ctx, line, result)
			}
		}
	}
}

func (d *Driver) end(ctx context.Context, line reply, result any) error {
	if result != nil && len(line.Result) > 0 {
		if err := json.Unmarshal(line.Result, result); err != nil {
			return d.lost(ctx, fmt.Errorf("decode its answer: %w", err))
		}
	}
	if line.Failure != nil {
		return line.Failure
	}
	return nil
}

// lost makes the driver unusable and says why, with the last lines that the process printed.
func (d *Driver) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		d.broken = fmt.Errorf("run the migration tool: %w", ctx.Err())
		return d.broken
	}
	d.broken = report.Fail(report.KindWork, "", "run the migration tool: %w", err).WithOutput(d.stderr.lines())
	return d.broken
}

func (d *Driver) send(ctx context.Context, message any) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := d.process.Write(append(line, '\n'))
		sent <- err
	}()
	select {
	case err := <-sent:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read decodes the driver's lines until the process ends.
func (d *Driver) read(stdout io.Reader) {
	defer close(d.replies)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var r reply
		if err := json.Unmarshal(line, &r); err != nil {
			r.err = fmt.Errorf("it printed a line that is no answer: %.200q", line)
		}
		d.replies <- r
	}
}
