package devenv

import (
	"context"
	"errors"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/offending"
	"devenv/devenv/database/witness"
	"devenv/migrations"
)

// duel is a move of the database against the rows made to break it. All rows are written first, and the move runs: if it
// copes, one run has judged them all. If it fails, the row that is to blame is taken back, and the move runs again.
type duel struct {
	run    *run
	server *database.Server
	// own says that the server is the duel's, which then removes it.
	own bool
	// fresh makes another database that the move can start from.
	fresh func(context.Context) (*database.Server, error)
	move  func(context.Context, *database.Server) (checks.Outcome, error)
	// whole says that a move that fails leaves everything as it was.
	whole bool

	trials  []checks.WitnessTrial
	written map[int]witness.Written // by trial, those that are in the database
}

// mostMoves is how often the move runs, mostApart how many rows are tried one by one where the blame is not clear.
const (
	mostMoves = 12
	mostApart = 4
)

// fight makes the rows and finds out which of them break the move.
func (d *duel) fight(ctx context.Context, before *catalog.Shape, restrictions []witness.Restriction) (checks.WitnessOutcome, error) {
	witnesses, err := database.Ask(ctx, d.server, func(ctx context.Context, connection *database.Conn) ([]witness.Witness, error) {
		return witness.Build(ctx, connection, before, restrictions)
	})
	if err != nil {
		return checks.WitnessOutcome{}, err
	}
	pending := []int{}
	for i, w := range witnesses {
		d.trials = append(d.trials, checks.WitnessTrial{Witness: w})
		if len(w.Inserts) > 0 {
			pending = append(pending, i)
		}
	}
	err = d.eliminate(ctx, pending)
	return checks.WitnessOutcome{Ran: true, Tried: d.trials}, err
}

// eliminate runs the move against all pending rows, takes out the one to blame, and goes on until the move works.
func (d *duel) eliminate(ctx context.Context, pending []int) error {
	pending, err := d.write(ctx, pending)
	if err != nil {
		return err
	}
	var last *migrations.Failure
	var blamed []int
	for range mostMoves {
		if len(pending) == 0 {
			return nil
		}
		outcome, err := d.move(ctx, d.server)
		if err != nil || outcome.Failure == nil {
			return err
		}
		if same(outcome.Failure, last) {
			// Whoever was blamed was not, or not alone: each for itself.
			for _, i := range blamed {
				d.trials[i].Failure = nil
			}
			return d.apart(ctx, append(blamed, pending...))
		}
		last = outcome.Failure
		if blamed, pending, err = d.blame(ctx, outcome.Failure, pending); err != nil {
			return err
		}
		if len(blamed) == 0 {
			return d.apart(ctx, pending)
		}
		if pending, err = d.takeBack(ctx, blamed, pending); err != nil {
			return err
		}
	}
	return d.apart(ctx, pending)
}

// same says that two failures are one: a second row may break the same statement by another constraint.
func same(a, b *migrations.Failure) bool {
	return a != nil && b != nil && a.SQLState == b.SQLState && a.Statement == b.Statement && a.Constraint == b.Constraint && a.Column == b.Column && a.Message == b.Message
}

// blame finds the restriction that a failure fits best, and records it on its first row. It returns the rows of that
// restriction and the others.
func (d *duel) blame(ctx context.Context, f *migrations.Failure, pending []int) (blamed, others []int, err error) {
	best, score := -1, 0
	for _, i := range pending {
		if s := d.trials[i].Witness.Restriction.Blame(violationOf(f)); s > score {
			best, score = i, s
		}
	}
	if best < 0 {
		return nil, pending, nil
	}
	if err := d.record(ctx, best, f); err != nil {
		return nil, nil, err
	}
	for _, i := range pending {
		if d.trials[i].Witness.Restriction.What == d.trials[best].Witness.Restriction.What {
			blamed = append(blamed, i)
		} else {
			others = append(others, i)
		}
	}
	return blamed, others, nil
}

// record keeps how a row broke the move and, where that left the row there, the query that finds such rows.
func (d *duel) record(ctx context.Context, i int, f *migrations.Failure) (err error) {
	d.trials[i].Failure = f
	if f != nil && d.whole {
		d.trials[i].Offending, err = offendingIn(ctx, d.server, f)
	}
	return err
}

// apart tries the first few rows one by one, each in a database of its own.
func (d *duel) apart(ctx context.Context, pending []int) error {
	for n, i := range pending {
		if n == mostApart {
			for _, i := range pending[n:] {
				d.trials[i].Witness.Problem = "it was not tried by itself: too many others break the migration"
			}
			return nil
		}
		if err := d.renew(ctx); err != nil {
			return err
		}
		if left, err := d.write(ctx, []int{i}); err != nil || len(left) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		outcome, err := d.move(ctx, d.server)
		if err != nil {
			return err
		}
		if err := d.record(ctx, i, outcome.Failure); err != nil {
			return err
		}
	}
	return nil
}

// renew takes another database, and removes the one before where that was the duel's own.
func (d *duel) renew(ctx context.Context) error {
	fresh, err := d.fresh(ctx)
	if fresh == nil {
		return err
	}
	err = errors.Join(err, d.end(ctx))
	d.server, d.own = fresh, true
	return err
}

// end removes the database where it is the duel's own.
func (d *duel) end(ctx context.Context) error {
	if !d.own {
		return nil
	}
	d.own = false
	return d.server.Remove(context.WithoutCancel(ctx))
}

// write writes rows into the database and returns those that it took.
func (d *duel) write(ctx context.Context, pending []int) ([]int, error) {
	d.written = map[int]witness.Written{}
	connection, err := d.server.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // every row is committed
	var taken []int
	for _, i := range pending {
		written, refusal, err := witness.Write(ctx, connection, d.trials[i].Witness)
		if err != nil {
			return nil, err
		}
		if refusal != "" {
			d.trials[i].Witness.Problem = "beside the others it is refused: " + refusal
			continue
		}
		d.written[i] = written
		taken = append(taken, i)
	}
	return taken, nil
}

// takeBack removes rows; where the failed move may have left something, a fresh database takes the others.
func (d *duel) takeBack(ctx context.Context, blamed, others []int) ([]int, error) {
	if len(others) == 0 {
		return nil, nil
	}
	if !d.whole {
		if err := d.renew(ctx); err != nil {
			return nil, err
		}
		return d.write(ctx, others)
	}
	connection, err := d.server.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer connection.Close(context.WithoutCancel(ctx)) //nolint:errcheck // every row is committed
	for _, i := range blamed {
		if err := d.written[i].TakeBack(ctx, connection); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// violationOf is a failure as package offending reads it.
func violationOf(f *migrations.Failure) offending.Violation {
	return offending.Violation{
		SQLState: f.SQLState, Message: f.Message, Detail: f.Detail, Schema: f.Schema, Table: f.Table, Column: f.Column,
		Constraint: f.Constraint, Statement: f.Statement,
	}
}
