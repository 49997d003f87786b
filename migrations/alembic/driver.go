// Package alembic runs Alembic inside the project's own container, in one Python process that receives a driver over
// stdin and replies with lines of JSON. An error that Alembic or the project reports is a *migrations.Failure; any
// other error means that devenv could not communicate with the process.
package alembic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"devenv/devenv/report"
	"devenv/migrations"
)

// Driver is the migration tool, running in one process. Commands run one at a time: a second caller waits. After an
// error that is not a *migrations.Failure, the driver can no longer be used.
type Driver struct {
	Snippets
	process Process
	hello   Hello
	stderr  *tail
	replies chan reply
	turn    chan struct{}
	done    sync.WaitGroup
	next    int
	broken  error
	forked  bool // a process serves that Suspend can end
	explain func(ctx context.Context, err error) error
	onPlace func(context.Context, migrations.Place)
	endless time.Duration
	// generated are the operations of the last Autogenerate; WriteRevision excludes some of them by index. Only the
	// caller whose turn it is may access them.
	generated []migrations.Operation
}

// failedStartTimeout is how long Start waits for a failed process to end and to deliver its output.
const failedStartTimeout = 5 * time.Second

// endlessAfter is how long a command may make no progress. No migration of the data that a seed makes computes for so
// long, even on a busy machine.
const endlessAfter = 30 * time.Minute

// endlessAgain is how long one may make none after another was ended: what never ended once hardly does the next time.
const endlessAgain = time.Minute

// Start sends the driver to a process started with Command and asks it what it found. From then on the driver owns the
// process: Close ends it. If Start returns an error, it has already closed the process.
func Start(ctx context.Context, o Options, p Process) (*Driver, error) {
	d := &Driver{
		process: p, stderr: newTail(o.OnStderr), replies: make(chan reply), turn: make(chan struct{}, 1), explain: o.Explain,
		onPlace: o.OnPlace, endless: endlessAfter,
	}
	d.done.Go(func() { d.stderr.read(p.Stderr()) })
	d.done.Go(func() { d.read(p.Stdout()) })
	if err := d.start(ctx, o); err != nil {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), failedStartTimeout)
		defer cancel()
		return nil, errors.Join(err, d.Close(closing))
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
	if !o.Resumable {
		return d.greet(ctx, o)
	}
	return d.fork(ctx, o)
}

// greet tells the driver its options and asks what it found.
func (d *Driver) greet(ctx context.Context, o Options) error {
	d.hello = Hello{}
	arguments := map[string]any{"config": o.Config, "section": o.Section, "x": o.XArguments}
	return d.call(ctx, request{Command: "hello", Arguments: arguments}, &d.hello)
}

// Close ends the process and waits for it until the context is done. A running command completes first; to stop it,
// kill the process or remove its container.
func (d *Driver) Close(ctx context.Context) error {
	closed := d.process.Close()
	d.done.Go(func() {
		for range d.replies { // so that the reader does not block when its caller has returned
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

// call runs one command once the previous ones are done.
func (d *Driver) call(ctx context.Context, r request, result any) error {
	return d.inTurn(ctx, func() error { return d.run(ctx, r, result) })
}

// inTurn calls do while no other caller has its turn, so that do may use the driver's fields.
func (d *Driver) inTurn(ctx context.Context, do func() error) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run runs one command, under the guard of its database, and decodes its result. The result of a failed command is
// decoded too, if there is one.
func (d *Driver) run(ctx context.Context, r request, result any) error {
	if d.broken != nil {
		return d.broken
	}
	if r.Database.Guard == nil {
		return d.exchange(ctx, r, result)
	}
	return r.Database.Guard(ctx, func() error { return d.exchange(ctx, r, result) })
}

// exchange sends one command and waits for its end.
func (d *Driver) exchange(ctx context.Context, r request, result any) error {
	d.next++
	r.ID, r.Address, r.Hosts, r.Endless = d.next, r.Database.Address, r.Database.Hosts, d.endless.Seconds()
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
			case line.Place != nil && d.onPlace != nil:
				d.onPlace(ctx, *line.Place)
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
		if line.Failure.Code == migrations.FailureEndless {
			d.endless = endlessAgain
		}
		return line.Failure
	}
	return nil
}

// lost marks the driver as unusable and returns the reason, with the last lines that the process printed.
func (d *Driver) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		d.broken = fmt.Errorf("run the migration tool: %w", ctx.Err())
		return d.broken
	}
	d.broken = report.Fail(report.KindWork, "", "run the migration tool: %w", err).WithOutput(d.stderr.atEnd(ctx))
	if d.explain != nil {
		d.broken = d.explain(ctx, d.broken)
	}
	return d.broken
}
