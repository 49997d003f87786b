package trials

import (
	"context"
	"maps"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/witness"
	"devenv/migrations"
)

// elimination finds out which of the generated rows break a move, an upgrade or a downgrade of the database. It writes
// all rows and runs the move: if that works, a single run has cleared them all. If it fails, elimination removes the
// row to blame and runs the move again.
type elimination struct {
	*pass
	server *database.Server
	// fresh starts a new clone for the move.
	fresh func(context.Context) (*database.Server, error)
	move  func(context.Context, *database.Server) (checks.Outcome, error)
	// atomic is set if a failed move leaves the database unchanged.
	atomic bool

	tried   []checks.WitnessTrial
	written map[int]witness.Written // the rows now in the database, by their index in tried
	// together is how rows broke the move of which none that was tried by itself did; nil if that is not so.
	together *migrations.Failure
}

// maxMoves limits how often the move runs; maxAlone limits how many rows are tried one by one if it is not clear
// which one is to blame.
const (
	maxMoves = 12
	maxAlone = 4
)

// judge generates the rows and finds out which of them break the move.
func (e *elimination) judge(ctx context.Context, before *catalog.Shape, restrictions []witness.Restriction) (checks.WitnessOutcome, error) {
	witnesses, err := database.Ask(ctx, e.server, func(ctx context.Context, connection *database.Conn) ([]witness.Witness, error) {
		return witness.Build(ctx, connection, before, restrictions)
	})
	if err != nil {
		return checks.WitnessOutcome{}, err
	}
	pending := []int{}
	for i, w := range witnesses {
		e.tried = append(e.tried, checks.WitnessTrial{Witness: w})
		if len(w.Inserts) > 0 {
			pending = append(pending, i)
		}
	}
	err = e.eliminate(ctx, pending)
	for i, t := range e.tried {
		if t.Failure != nil && !t.Witness.Restriction.Faults(t.Failure.Exception, t.Failure.Message) {
			e.tried[i].Failure = nil
		}
	}
	outcome := checks.WitnessOutcome{Ran: true, Tried: e.tried}
	if f := e.together; f != nil && !outcome.Broken() && slices.ContainsFunc(e.tried, func(t checks.WitnessTrial) bool {
		return t.Witness.Restriction.Faults(f.Exception, f.Message)
	}) {
		outcome.Together = f
	}
	return outcome, err
}

// eliminate runs the move with all pending rows, removes the one to blame, and repeats that until the move works.
func (e *elimination) eliminate(ctx context.Context, pending []int) error {
	pending, err := e.write(ctx, pending)
	if err != nil {
		return err
	}
	var last *migrations.Failure
	var blamed []int
	for range maxMoves {
		if len(pending) == 0 {
			return nil
		}
		outcome, err := e.move(ctx, e.server)
		if err != nil || outcome.Failure == nil {
			return err
		}
		if sameCause(outcome.Failure, last) {
			// The blamed rows were not the cause, or not the only one: try each row by itself.
			for _, i := range blamed {
				e.tried[i].Failure = nil
			}
			return e.tryAlone(ctx, outcome.Failure, e.byBlame(outcome.Failure, append(blamed, pending...)))
		}
		last = outcome.Failure
		if blamed, pending, err = e.blame(ctx, outcome.Failure, pending); err != nil {
			return err
		}
		if len(blamed) == 0 {
			return e.tryAlone(ctx, last, e.byBlame(last, pending))
		}
		if pending, err = e.removeRows(ctx, blamed, pending); err != nil {
			return err
		}
	}
	return e.tryAlone(ctx, last, e.byBlame(last, pending))
}

// byBlame orders rows by how well they explain a failure, the best first: only the first few are tried by themselves.
func (e *elimination) byBlame(f *migrations.Failure, pending []int) []int {
	slices.SortStableFunc(pending, func(a, b int) int {
		return e.tried[b].Witness.Restriction.Blame(violationOf(f)) - e.tried[a].Witness.Restriction.Blame(violationOf(f))
	})
	return pending
}

// sameCause reports whether two failures have the same cause: a second row may break the same statement through another
// constraint.
func sameCause(a, b *migrations.Failure) bool {
	return a != nil && b != nil && a.SQLState == b.SQLState && a.Statement == b.Statement && a.Constraint == b.Constraint &&
		a.Column == b.Column && a.Message == b.Message
}

// blame finds the restriction that best matches a failure, and records the failure for its first row. It returns the
// rows of that restriction and the others.
func (e *elimination) blame(ctx context.Context, f *migrations.Failure, pending []int) (blamed, others []int, err error) {
	best, score := -1, 0
	for _, i := range pending {
		if s := e.tried[i].Witness.Restriction.Blame(violationOf(f)); s > score {
			best, score = i, s
		}
	}
	if best < 0 {
		return nil, pending, nil
	}
	if err := e.record(ctx, best, f); err != nil {
		return nil, nil, err
	}
	for _, i := range pending {
		if e.tried[i].Witness.Restriction.Group() == e.tried[best].Witness.Restriction.Group() {
			blamed = append(blamed, i)
		} else {
			others = append(others, i)
		}
	}
	return blamed, others, nil
}

// record stores how a row broke the move and, if the row is still in the database, the query that finds such rows.
func (e *elimination) record(ctx context.Context, i int, f *migrations.Failure) (err error) {
	e.tried[i].Failure = f
	if f == nil || !e.atomic {
		return nil
	}
	if e.tried[i].Offending, err = rowsIn(ctx, e.server, f); err != nil {
		return err
	}
	_, err = database.Ask(ctx, e.server, func(ctx context.Context, connection *database.Conn) (bool, error) {
		rows, known, err := e.tried[i].Witness.Alike(ctx, connection, slices.Collect(maps.Values(e.written)))
		if known {
			e.tried[i].Alike = &rows
		}
		return known, err
	})
	return err
}

// tryAlone tries the first few rows one by one, each in its own database. If none of them breaks the move as all
// together did, by failure f, it narrows the others down to one that does.
func (e *elimination) tryAlone(ctx context.Context, f *migrations.Failure, pending []int) error {
	first, rest := pending[:min(len(pending), maxAlone)], pending[min(len(pending), maxAlone):]
	broken := false
	for _, i := range first {
		outcome, err := e.moveWith(ctx, i)
		if err != nil {
			return err
		}
		if err := e.record(ctx, i, outcome.Failure); err != nil {
			return err
		}
		broken = broken || outcome.Failure != nil
	}
	if !broken {
		culprit, cleared, err := narrow(rest, func(some []int) (bool, error) {
			outcome, err := e.moveWith(ctx, some...)
			if err == nil && len(some) == 1 {
				err = e.record(ctx, some[0], outcome.Failure)
			}
			return outcome.Failure != nil, err
		})
		if err != nil {
			return err
		}
		if culprit < 0 {
			e.together = f
			return nil
		}
		rest = slices.DeleteFunc(rest, func(i int) bool { return i == culprit || slices.Contains(cleared, i) })
	}
	for _, i := range rest {
		e.tried[i].Witness.Problem = "it was not tried by itself: too many other rows break the migration"
	}
	return nil
}

// moveWith runs the move on a fresh database with some of the rows only; none that it refuses.
func (e *elimination) moveWith(ctx context.Context, some ...int) (checks.Outcome, error) {
	if err := e.replaceDatabase(ctx); err != nil {
		return checks.Outcome{}, err
	}
	if left, err := e.write(ctx, some); err != nil || len(left) == 0 {
		return checks.Outcome{}, err
	}
	return e.move(ctx, e.server)
}

// narrow halves a list until one element is left that breaks something by itself, and returns it with those found not to;
// -1 if no element does. breaks is asked for a single element last.
func narrow(pending []int, breaks func([]int) (bool, error)) (culprit int, cleared []int, err error) {
	for len(pending) > 0 {
		half := pending[:(len(pending)+1)/2]
		broken, err := breaks(half)
		switch {
		case err != nil:
			return -1, nil, err
		case broken && len(half) == 1:
			return half[0], cleared, nil
		case broken:
			pending = half
		default:
			cleared, pending = append(cleared, half...), pending[len(half):]
		}
	}
	return -1, cleared, nil
}

// replaceDatabase switches to a fresh database, and removes the previous one if it is a clone of this trial.
func (e *elimination) replaceDatabase(ctx context.Context) error {
	fresh, err := e.fresh(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(e.clones, e.server) {
		e.dispose(ctx, e.server)
	}
	e.server = fresh
	return nil
}

// write inserts rows into the database and returns those that it accepted.
func (e *elimination) write(ctx context.Context, pending []int) ([]int, error) {
	e.written = map[int]witness.Written{}
	return database.Ask(ctx, e.server, func(ctx context.Context, connection *database.Conn) (taken []int, err error) {
		for _, i := range pending {
			written, refusal, err := witness.Write(ctx, connection, e.tried[i].Witness)
			if err != nil {
				return nil, err
			}
			if refusal != "" {
				e.tried[i].Witness.Problem = "it is refused alongside the other rows: " + refusal
				continue
			}
			e.written[i] = written
			taken = append(taken, i)
		}
		return taken, nil
	})
}

// removeRows removes the blamed rows. If the failed move may have left something behind, it writes the other rows into
// a fresh database instead.
func (e *elimination) removeRows(ctx context.Context, blamed, others []int) ([]int, error) {
	if len(others) == 0 {
		return nil, nil
	}
	if !e.atomic {
		if err := e.replaceDatabase(ctx); err != nil {
			return nil, err
		}
		return e.write(ctx, others)
	}
	return database.Ask(ctx, e.server, func(ctx context.Context, connection *database.Conn) ([]int, error) {
		for _, i := range blamed {
			if err := e.written[i].Remove(ctx, connection); err != nil {
				return nil, err
			}
		}
		return others, nil
	})
}
