package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"devenv/cmd/terminal"
	"devenv/devenv"
	"devenv/devenv/report"
)

// What a watch waits for after each run.
const (
	waitsForChange = "\nwaiting for a change; Ctrl-C stops\n\n"
	waitsForEnter  = "\nEnter writes it and ends the watch; a change makes it anew; Ctrl-C stops\n\n"
	waitsUnproved  = "\nit cannot be written, since it is not proved; waiting for a change; Ctrl-C stops\n\n"
)

// agreement is how a person agrees to what the last run has made, and what happens then.
type agreement struct {
	enter *terminal.Enter
	write func(context.Context) error
}

// watch runs a command and shows its result, and does so again after every change, until interrupted, or until somebody
// agrees to what the last run has made; nil if nobody is asked. Each run leaves what it can on standby for the next.
func (a *app) watch(ctx context.Context, standby *devenv.Standby, on *agreement, do func(context.Context) error) (err error) {
	var preparing sync.WaitGroup
	defer func() {
		preparing.Wait()
		err = errors.Join(err, standby.Close(context.WithoutCancel(ctx)))
	}()
	err = devenv.Watch(ctx, devenv.Options{}, func(ctx context.Context) (<-chan struct{}, error) {
		preparing.Wait()
		err := do(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := a.writeOutcome(a.global.format, err); err != nil {
			return nil, err
		}
		last, _ := a.outcome.(migration)
		var agreed <-chan struct{}
		offered := on != nil && err == nil && last.Writes()
		if offered {
			agreed = on.enter.Next()
		}
		a.next()
		if err := writeText(a.streams.Err, last.waitsFor(on != nil, offered)); err != nil {
			return nil, err
		}
		preparing.Go(func() { standby.Prepare(ctx) })
		return agreed, nil
	})
	if err != nil || on == nil {
		return err
	}
	return on.write(ctx) // before what takes long, or could fail: removing the standby
}

// waitsFor says what a watch waits for once a run has ended, and why a migration that it could write is not offered.
func (m migration) waitsFor(writes, offered bool) string {
	switch {
	case offered:
		return waitsForEnter
	case writes && m.Document != nil && len(report.Unanswered(m.Document.Checks)) > 0:
		return waitsUnproved
	}
	return waitsForChange
}

// watchNew makes and tests the migration after every change of the models, and writes what the last run has made once
// Enter is pressed. It asks nothing: a likely rename is reported.
func (a *app) watchNew(ctx context.Context, o devenv.NewMigrationOptions, strict bool) (err error) {
	if terminal.NewAsker(a.streams.In, a.streams.Err, a.streams.Env) == nil {
		return report.Fail(report.KindUsage, "without --watch, new-migration writes the file itself",
			"with --watch, Enter writes the file, and there is no terminal to press it on")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	enter, err := terminal.ReadEnter(a.streams.In, stop)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, enter.Close()) }()
	o.DryRun, o.Standby = true, &devenv.Standby{}
	of := func(r *devenv.Result) migration {
		m := migrationOf(r, false, strict)
		m.watched = true
		return m
	}
	var last migration
	again := func(ctx context.Context) error {
		return a.run(ctx, func(ctx context.Context, common devenv.Options) (outcome, error) {
			common.Ask = nil
			o.Options, o.Concluded = common, a.concluded(of)
			result, err := devenv.NewMigration(ctx, o)
			last = of(result)
			return last, err
		})
	}
	write := func(ctx context.Context) error { return a.writeProposal(ctx, o.Dir, last) }
	return a.watch(ctx, o.Standby, &agreement{enter, write}, again)
}

// writeProposal writes what a run has proposed and shown, and says so: as JSON, in a document of its own.
func (a *app) writeProposal(ctx context.Context, dir string, proposal migration) error {
	if err := devenv.Write(ctx, dir, &proposal.Result); err != nil {
		return err
	}
	a.outcome, a.written = proposal.delivered(), a.global.format != formatJSON
	for _, f := range proposal.Document.Proposed {
		if err := writeText(a.streams.Err, fmt.Sprintf("%s %s\n", f.Action, here().Path(f.Path))); err != nil {
			return err
		}
	}
	return nil
}

// delivered returns the outcome of a dry run once what it proposed was written.
func (m migration) delivered() migration {
	d := *m.Document
	d.Files, d.Proposed = slices.Concat(d.Files, d.Proposed), nil
	for i := range d.Files {
		d.Files[i].Content = ""
	}
	m.Document = &d
	return m
}
