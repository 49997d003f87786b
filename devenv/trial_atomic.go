package devenv

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/step"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// tryAtomic breaks the upgrade off between its transactions, on clones of the base's data, and tries it again. An upgrade in
// one transaction needs no clone: Postgres keeps all of it or nothing.
func (r *run) tryAtomic(ctx context.Context, log *step.Log) error {
	if !r.selection.Wants(checks.TrialAtomic) || !r.facts.Seeded.Ran || r.facts.Seeded.Unrecorded {
		log.Skipped("")
		return nil
	}
	defer r.spend(checks.TrialAtomic, time.Now())
	if r.facts.Seeded.Failure != nil {
		return r.lookAtLeftovers(ctx, log)
	}
	points := breakPoints(r.after.statements)
	breaks := make([]*checks.AtomicBreak, len(points))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i, at := range points {
		group.Go(func() (err error) {
			breaks[i], err = onClone(inner, r, r.base.WithData, func(s *database.Server) (*checks.AtomicBreak, error) { return r.breakOff(inner, s, at) })
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	out := checks.AtomicOutcome{Ran: true, Transactions: transactions(r.after.statements), Unfinished: r.unfinished()}
	for _, b := range breaks {
		if b != nil {
			out.Breaks = append(out.Breaks, *b)
		}
	}
	if len(out.Breaks) > 0 {
		log.Faulty("a failure in the middle cannot be retried")
	}
	r.facts.Atomic = out
	return nil
}

// lookAtLeftovers says what the upgrade that failed on the base's data left behind, when it left anything.
func (r *run) lookAtLeftovers(ctx context.Context, log *step.Log) error {
	catalog, err := r.catalogOf(ctx, r.seeded)
	if err != nil {
		return err
	}
	left := r.before.catalog.Diff(catalog)
	if len(left) == 0 {
		log.Skipped("the upgrade failed, and left nothing behind")
		return nil
	}
	failure := r.facts.Seeded.Failure
	again, _, err := r.upgrade(ctx, r.seeded)
	if err != nil {
		return err
	}
	b := checks.AtomicBreak{Revision: failure.Revision, Line: failure.Line, Statement: failure.Statement, Left: left}
	if !checks.SameFailure(again.Failure, failure) {
		b.Retry = again.Failure
	}
	log.Faulty("the failed upgrade left something behind")
	r.facts.Atomic = checks.AtomicOutcome{Ran: true, Breaks: []checks.AtomicBreak{b}}
	return nil
}

// breakOff upgrades a clone up to a statement, and tries again. It returns nil when the retry ends where the upgrade does.
func (r *run) breakOff(ctx context.Context, server *database.Server, at migrations.Statement) (*checks.AtomicBreak, error) {
	_, err := r.tool.Upgrade(ctx, r.tool.Database(server), r.target(), alembic.MoveOptions{FailAfter: at.Seq})
	if outcome, err := r.outcome(err); err != nil || outcome.Failure == nil {
		return nil, err // the revision caught the failure: nothing is known about this place
	}
	catalog, err := r.catalogOf(ctx, server)
	if err != nil {
		return nil, err
	}
	b := &checks.AtomicBreak{Revision: at.Revision, Statement: at.SQL, Line: at.Line, Left: r.before.catalog.Diff(catalog)}
	again, _, err := r.upgrade(ctx, server)
	if err != nil {
		return nil, err
	}
	if b.Retry = again.Failure; b.Retry != nil {
		return b, nil
	}
	if catalog, err = r.catalogOf(ctx, server); err != nil {
		return nil, err
	}
	if b.Left = r.after.catalog.Diff(catalog); len(b.Left) == 0 {
		return nil, nil
	}
	return b, nil
}

// mostBreaks is at how many places an upgrade is broken off.
const mostBreaks = 4

// breakPoints are the statements after which a failure would leave a revision half done: the last of each transaction that
// is followed by another one of the same revision. A revision of one statement has none.
func breakPoints(statements []migrations.Statement) []migrations.Statement {
	var points, own []migrations.Statement
	flush := func(version *migrations.Statement) {
		for i, s := range own[:max(0, len(own)-1)] {
			if s.Transaction != own[i+1].Transaction || endsTransaction(s.SQL) {
				points = append(points, s)
			}
		}
		if last := len(own) - 1; last > 0 && version != nil && (own[last].Transaction != version.Transaction || endsTransaction(own[last].SQL)) {
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
	if len(points) > mostBreaks {
		points = slices.Concat(points[:mostBreaks-1], points[len(points)-1:])
	}
	return points
}

func endsTransaction(sql string) bool {
	return regexp.MustCompile(`(?is)(^|;)\s*(COMMIT|END|ROLLBACK|ABORT)\b[^;]*;?\s*$`).MatchString(sql)
}

// transactions counts the transactions of an upgrade.
func transactions(statements []migrations.Statement) int {
	seen := map[string]bool{}
	for _, s := range statements {
		if s.Revision != "" || s.Version {
			seen[s.Transaction] = true
		}
	}
	return len(seen)
}

// unfinished are the indexes and constraints that the upgrade leaves INVALID or NOT VALID.
func (r *run) unfinished() []checks.Unfinished {
	var left []checks.Unfinished
	for _, d := range r.before.catalog.Diff(r.after.catalog) {
		kind, _, _ := strings.Cut(d.Object, ":")
		for of, state := range map[string]string{"index": "INVALID", "constraint": "NOT VALID"} {
			if kind == of && regexp.MustCompile(` `+state+`\b`).MatchString(d.Is) {
				table := strings.TrimPrefix(r.after.catalog.Objects[d.Object].Parent, "table:")
				left = append(left, checks.Unfinished{Table: table, Object: d.Object, State: state, Definition: d.Is})
			}
		}
	}
	return left
}
