package trials

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// atomic interrupts the upgrade between its transactions, on clones of the base's data, and retries it. An upgrade in a
// single transaction needs no clone: Postgres keeps all of it or nothing.
func atomic() trial {
	return trial{
		name: checks.TrialAtomic, title: "atomic", finds: "can an upgrade that failed halfway be retried?",
		needs: []anyResource{tried}, seconds: 2,
		able: func(t *tool.Tool) error { _, err := t.Observer(); return err }, run: tryAtomic,
	}
}

func tryAtomic(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, tried)
	if up.outcome.Unrecorded {
		log.Skipped("")
		return nil, nil
	}
	if up.outcome.Failure != nil {
		return lookAtLeftovers(ctx, p, up, log)
	}
	points, of := breakPoints(up.statements)
	breaks := make([]interruption, len(points))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i, at := range points {
		group.Go(func() (err error) {
			breaks[i], err = testbed.OnClone(inner, p.Testbed, p.Base.WithData, func(s *database.Server) (interruption, error) {
				return interrupt(inner, p, up, s, at)
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	outcome := checks.AtomicOutcome{
		Ran: true, Transactions: transactions(up.statements), Points: of, Unfinished: up.unfinished(),
	}
	for _, b := range breaks {
		if b.judged {
			outcome.Tried++
		}
		if b.AtomicBreak != nil {
			outcome.Breaks = append(outcome.Breaks, *b.AtomicBreak)
		}
	}
	if len(outcome.Breaks) > 0 {
		log.Faulty("an upgrade that fails halfway cannot be retried")
	}
	return func(f *checks.Facts) { f.Atomic = outcome }, nil
}

// lookAtLeftovers finds out what the failed upgrade of the base's data left behind, and whether it can be retried.
func lookAtLeftovers(ctx context.Context, p *pass, up *upgrade, log *step.Log) (finding, error) {
	server, failure := up.seeded.Server, up.outcome.Failure
	if len(up.left) == 0 {
		log.Skipped("the upgrade failed, and left nothing behind")
		return nil, nil
	}
	again, err := p.upgrade(ctx, server)
	if err != nil {
		return nil, err
	}
	b := checks.AtomicBreak{Revision: failure.Revision, Line: failure.Line, Statement: failure.Statement, Left: up.left}
	if !checks.SameFailure(again.Failure, failure) {
		b.Retry = again.Failure
	}
	log.Faulty("the failed upgrade left something behind")
	return func(f *checks.Facts) { f.Atomic = checks.AtomicOutcome{Ran: true, Breaks: []checks.AtomicBreak{b}} }, nil
}

// interruption is what came of interrupting an upgrade: nothing, if the retry leaves the same schema as an
// uninterrupted one. It is not judged if the revision handled the failure.
type interruption struct {
	*checks.AtomicBreak
	judged bool
}

// interrupt interrupts the upgrade of a clone after a statement, then retries it.
func interrupt(ctx context.Context, p *pass, up *upgrade, server *database.Server, at migrations.Statement) (found interruption, _ error) {
	cut, _, err := p.upgradeWith(ctx, server, migrations.MoveOptions{FailAfter: at.Seq})
	if err != nil || cut.Failure == nil {
		return found, err
	}
	found.judged = true
	catalog, err := p.Catalog(ctx, server)
	if err != nil {
		return found, err
	}
	b := &checks.AtomicBreak{Revision: at.Revision, Statement: at.SQL, Line: at.Line, Left: up.before.Catalog.Diff(catalog)}
	again, err := p.upgrade(ctx, server)
	if err != nil {
		return found, err
	}
	if b.Retry = again.Failure; b.Retry == nil {
		if catalog, err = p.Catalog(ctx, server); err != nil {
			return found, err
		}
		b.Left = up.after.Catalog.Diff(catalog)
	}
	if b.Retry != nil || len(b.Left) > 0 {
		found.AtomicBreak = b
	}
	return found, nil
}

// maxBreaks limits the number of points at which an upgrade is interrupted.
const maxBreaks = 4

// breakPoints returns the statements after which a failure would leave a revision half applied: the last statement of
// each transaction that is followed by another transaction of the same revision. A revision with one statement has
// none. Of many it returns a few, and how many there are.
func breakPoints(statements []migrations.Statement) (points []migrations.Statement, of int) {
	var own []migrations.Statement
	flush := func(version *migrations.Statement) {
		for i, s := range own[:max(0, len(own)-1)] {
			if s.Transaction != own[i+1].Transaction || endsTransaction(s.SQL) {
				points = append(points, s)
			}
		}
		if last := len(own) - 1; last > 0 && version != nil &&
			(own[last].Transaction != version.Transaction || endsTransaction(own[last].SQL)) {
			points = append(points, own[last])
		}
		own = nil
	}
	for _, s := range statements {
		switch {
		case s.Version:
			flush(&s)
		case s.Revision == "" || s.SQLState != "":
		case len(own) > 0 && own[0].Revision != s.Revision:
			flush(nil)
			own = append(own, s)
		default:
			own = append(own, s)
		}
	}
	flush(nil)
	if of = len(points); of > maxBreaks {
		points = slices.Concat(points[:maxBreaks-1], points[len(points)-1:])
	}
	return points, of
}

// endsTransaction reports whether a statement ends its transaction. What a DO block or a function contains does not.
func endsTransaction(sql string) bool {
	sql = regexp.MustCompile(`(?s)\$(\w*)\$.*\$\w*\$`).ReplaceAllLiteralString(sql, "''")
	return regexp.MustCompile(`(?is)(^|;)\s*(COMMIT|END|ROLLBACK|ABORT)\b[^;]*;?\s*$`).MatchString(sql)
}

// transactions returns the number of transactions in an upgrade.
func transactions(statements []migrations.Statement) int {
	seen := map[string]bool{}
	for _, s := range statements {
		if s.Revision != "" || s.Version {
			seen[s.Transaction] = true
		}
	}
	return len(seen)
}

// unfinished returns the indexes and constraints that the upgrade leaves INVALID or NOT VALID.
func (u *upgrade) unfinished() []checks.Unfinished {
	var left []checks.Unfinished
	for _, d := range u.before.Catalog.Diff(u.after.Catalog) {
		kind, _, _ := strings.Cut(d.Object, ":")
		for of, state := range map[string]string{"index": "INVALID", "constraint": "NOT VALID"} {
			if kind == of && regexp.MustCompile(` `+state+`\b`).MatchString(d.Is) {
				table := strings.TrimPrefix(u.after.Catalog.Objects[d.Object].Parent, "table:")
				left = append(left, checks.Unfinished{Table: table, Object: d.Object, State: state, Definition: d.Is})
			}
		}
	}
	return left
}
