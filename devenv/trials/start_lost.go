package trials

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"devenv/compose/readiness"
	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// lostStart returns the error of a start that says nothing about the backend, nil for any other: its container or its
// database was ended from outside, the engine did not answer, or a submodule is missing that its code may need.
func (p *pass) lostStart(ctx context.Context, t *scratch.Services, server *database.Server, err error) error {
	if err == nil {
		return nil
	}
	engine := p.Workspace.Engine
	if fate, unseen := engine.Fate(ctx, server.ID); unseen == nil && fate.Said != "" {
		return server.Explain(ctx, err)
	}
	fate, unseen := engine.Fate(ctx, t.Containers[p.Project.Backend])
	switch {
	case unseen == nil && fate.Outside:
		return report.Fail(report.KindWork, fate.Remedy(),
			"the throwaway container of %s %s: %w", p.Project.Backend, fate.Said, err).WithOutput(report.OutputOf(err))
	case !errors.As(err, new(readiness.Ended)) && !errors.As(err, new(readiness.Late)):
		return err
	}
	return lacksCode(t.Checkout.Tree.Empty, err)
}

// lacksCode returns the error of a backend that ended and may lack code of submodules that this clone does not have.
func lacksCode(submodules []string, err error) error {
	if len(submodules) == 0 || !errors.As(err, new(readiness.Ended)) {
		return nil
	}
	return report.Fail(report.KindWork, "git submodule update --init, then run it again",
		"submodule %s is empty, which may be why: %w", strings.Join(submodules, ", "), err).WithOutput(report.OutputOf(err))
}

// nameLock adds to the error of a backend that was not ready in time the lock that one of its statements waits for.
func (b *backend) nameLock(ctx context.Context, err error) error {
	if !errors.As(err, new(readiness.Late)) {
		return err
	}
	waits := b.server.Waiting(ctx)
	if waits == nil {
		return err
	}
	return report.Fail(report.KindOf(err), "let whoever holds the lock end its transaction", "%w; in the database, %w", err, waits)
}

// advise gives the failure of a backend that ended the hint for its side: a container of the user's own stack runs
// neither the base's code nor on migrated data.
func (b *backend) advise(err error) error {
	if !errors.As(err, new(readiness.Ended)) {
		return err
	}
	hint := "correct the migration or the code; to see it in your own stack: devenv reset, then devenv up"
	if b.Checkout == b.Base.Checkout {
		hint = "first release code that starts on either schema, and change the schema in the release after that"
	}
	return report.Fail(report.KindOf(err), hint, "%w", err)
}

// startOnBase tells how the base's backend starts on the base's own data; it is tried at most once per run, and only to
// compare a failure with.
type startOnBase struct {
	mu     sync.Mutex
	asked  bool
	answer baseStart
}

// nameMissing adds to a backend's failure what its output says that the database lacks: a report folds long output.
func nameMissing(err error) error {
	lacks := database.Missing(strings.Join(report.OutputOf(err), "\n"))
	if err == nil || lacks == "" || strings.Contains(err.Error(), lacks) {
		return err
	}
	return report.Fail(report.KindOf(err), report.HintOf(err), "%w: %s", err, lacks).WithOutput(report.OutputOf(err))
}

// baseStart is how the base's backend starts: its error, or how long it takes.
type baseStart struct {
	err  error
	took time.Duration
}

// compareWithBase returns the error with which the base's backend fails as well, on the base's own data. Where the
// failure is that time was over, the base is tried now, whatever is known about it: if it needs the time as well, that
// is the machine's, and an error.
func (b *backend) compareWithBase(ctx context.Context, failed error, log *step.Log) (baseline, err error) {
	var waited readiness.Late
	late := errors.As(failed, &waited)
	if !late && b.Project.Seed.AtStartup() { // it has shown that it starts
		log.Faulty("it does not become ready")
		return nil, nil
	}
	base, err := b.onBase.ask(ctx, b.pass, log)
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(b.Project.Ready.Timeout, scratch.ReadyTimeout)
	if waited.Idle {
		limit = scratch.Idle
	}
	if waited.Idle && base.idle() { // it waits for the same thing, whatever this machine has to do
		log.Faulty("it does not become ready")
		return base.err, nil
	}
	if late && base.slow(limit) {
		return nil, report.Fail(report.KindWork, "run it again when the machine has less to do, or give it more time, in .devenv.yaml:\n"+
			"    backend: {ready: {timeout: 600s}}", "%w; on this machine the base's backend needs as long now: %s", failed, base).
			WithOutput(report.OutputOf(failed))
	}
	log.Faulty("it does not become ready")
	return base.err, nil
}

// idle reports whether the base's backend waits in vain, and does nothing meanwhile.
func (s baseStart) idle() bool {
	var late readiness.Late
	return errors.As(s.err, &late) && late.Idle
}

// slow reports whether the base's backend is not ready within the limit either, which then says nothing about another
// one.
func (s baseStart) slow(limit time.Duration) bool {
	return errors.As(s.err, new(readiness.Late)) || s.err == nil && s.took >= limit
}

// String returns how it starts.
func (s baseStart) String() string {
	if s.err != nil {
		return s.err.Error()
	}
	return "it is ready after " + report.Elapsed(s.took)
}

// ask returns how the base's backend starts on the base's own data.
func (o *startOnBase) ask(ctx context.Context, p *pass, log *step.Log) (answer baseStart, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked {
		return o.answer, nil
	}
	log.WaitsFor("the base's backend, to compare")
	services := p.Services(p.Base.Checkout, p.Project.Backend)
	if err := p.Base.EnsureImages(ctx, services, log); err != nil {
		return answer, err
	}
	stack, err := scratch.Create(ctx, p.Base.Checkout, "start-baseline", services, nil)
	if err != nil {
		return answer, err
	}
	server, err := p.Clone(ctx, p.Base.WithData, testbed.CloneOptions{Stack: stack.Names(p.Base.Settings)})
	if err != nil {
		return answer, err
	}
	defer p.Dispose(ctx, server)
	if err := stack.StartAll(ctx, p.Project.Needs); err != nil {
		return answer, err
	}
	stack.Beside = []string{server.ID}
	shown, err := stack.Start(ctx, p.Project.Backend, scratch.ReadyOf(p.Project.Ready))
	if lost := p.lostStart(ctx, stack, server, err); lost != nil {
		return answer, lost
	}
	o.answer, o.asked = baseStart{err, shown.Took}, true
	return o.answer, ctx.Err()
}
