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
	return checks.WitnessOutcome{Ran: true, Tried: e.tried}, err
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
			return e.tryAlone(ctx, e.byBlame(outcome.Failure, append(blamed, pending...)))
		}
		last = outcome.Failure
		if blamed, pending, err = e.blame(ctx, outcome.Failure, pending); err != nil {
			return err
		}
		if len(blamed) == 0 {
			return e.tryAlone(ctx, e.byBlame(last, pending))
		}
		if pending, err = e.removeRows(ctx, blamed, pending); err != nil {
			return err
		}
	}
	return e.tryAlone(ctx, e.byBlame(last, pending))
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

// tryAlone tries the first few rows one by one, each in its own database.
func (e *elimination) tryAlone(ctx context.Context, pending []int) error {
	for n, i := range pending {
		if n == maxAlone {
			for _, i := range pending[n:] {
				e.tried[i].Witness.Problem = "it was not tried by itself: too many other rows break the migration"
			}
			return nil
		}
		if err := e.replaceDatabase(ctx); err != nil {
			return err
		}
		if left, err := e.write(ctx, []int{i}); err != nil || len(left) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		outcome, err := e.move(ctx, e.server)
		if err != nil {
			return err
		}
		if err := e.record(ctx, i, outcome.Failure); err != nil {
			return err
		}
	}
	return nil
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
