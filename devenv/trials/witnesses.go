package trials

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/query"
	"devenv/devenv/database/routines"
	"devenv/devenv/database/witness"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// witnesses upgrades a clone with rows that are meant to break the upgrade, one for each restriction that it adds.
func witnesses() trial {
	return trial{
		name: checks.TrialAdversarial, title: "witnesses", finds: "does a row that is legal on the base break the upgrade?",
		needs: []anyResource{upgraded}, seconds: 4, run: tryWitnesses,
	}
}

func tryWitnesses(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	before, after := &up.before.Shape, &up.after.Shape
	source, err := p.source(up.revisions)
	if err != nil {
		return nil, err
	}
	statements := routines.Flat(slices.Concat(up.ownStatements(), literalInserts(up.ownStatements(), source)))
	restrictions := witness.WithStatements(before, after, witness.Restrictions(before, after), statements)
	if len(arrivalPoints(up.statements)) > 0 {
		restrictions = append(restrictions, witness.FilledLater(before, after, up.ownStatements())...)
	}
	if len(restrictions) == 0 {
		log.Skipped("it adds no restriction on existing rows")
		return func(f *checks.Facts) {
			f.Adversarial = checks.WitnessOutcome{Ran: true, Unproved: unproved(up.statements, nil)}
		}, nil
	}
	var last, worked []migrations.Statement // of the upgrade that worked, and of the last one if it did
	e := &elimination{
		pass: p, atomic: up.isAtomic(),
		fresh: func(ctx context.Context) (*database.Server, error) {
			return p.clone(ctx, p.Base.WithData, testbed.CloneOptions{})
		},
		move: func(ctx context.Context, s *database.Server) (checks.Outcome, error) {
			outcome, run, err := p.upgradeWith(ctx, s, migrations.MoveOptions{})
			worked = nil
			if outcome.Failure == nil {
				last, worked = run.Statements, run.Statements
			}
			return outcome, err
		},
	}
	if err := e.replaceDatabase(ctx); err != nil {
		return nil, err
	}
	outcome, err := e.judge(ctx, before, restrictions)
	outcome.Unproved = unproved(up.statements, last)
	if err == nil && worked != nil {
		err = e.findLosses(ctx, up.own(), deletesMore(up.statements, worked))
	}
	if err == nil {
		err = arrivals(ctx, p, up, outcome.Tried)
	}
	if outcome.Broken() || outcome.Loses() {
		log.Faulty("a row that is legal today breaks it")
	}
	return func(f *checks.Facts) { f.Adversarial = outcome }, err
}

// findLosses records which of the rows in the database the move has taken something from, and which of the
// statements it was.
func (e *elimination) findLosses(ctx context.Context, own []migrations.Statement, deleted func(table string) bool) error {
	_, err := database.Ask(ctx, e.server, func(ctx context.Context, connection *database.Conn) (bool, error) {
		for i := range e.written {
			lost, err := e.tried[i].Witness.Lost(ctx, connection, deleted)
			if err != nil {
				return false, err
			}
			if !lost || e.tried[i].Failure != nil {
				continue
			}
			e.tried[i].Lost = true
			takes := taking(e.tried[i].Witness.Restriction)
			for _, s := range own {
				if takes(s.SQL) {
					e.tried[i].Cause = s
				}
			}
		}
		return true, nil
	})
	return err
}

// taking returns a test for the statement that takes something from the rows made for a restriction.
func taking(r witness.Restriction) func(sql string) bool {
	if r.Statement != "" {
		return func(sql string) bool { return strings.Contains(sql, r.Statement) }
	}
	narrows := regexp.MustCompile(`(?is)\bALTER\b.*\b` + regexp.QuoteMeta(strings.Join(r.Columns, " ")) + `\b.*\bTYPE\b`)
	return narrows.MatchString
}

// deletesMore tells of which tables a statement deletes rows that were made, and none of the data.
func deletesMore(onData, onWitnesses []migrations.Statement) func(table string) bool {
	return func(table string) bool {
		deletes := regexp.MustCompile(`(?is)\bDELETE\s+FROM\s+(?:ONLY\s+)?["\w.]*\b` + regexp.QuoteMeta(table) + `\b`)
		return slices.ContainsFunc(onWitnesses, func(w migrations.Statement) bool {
			return w.Rows > 0 && deletes.MatchString(w.SQL) && slices.ContainsFunc(onData, func(s migrations.Statement) bool {
				return s.Revision != "" && s.SQL == w.SQL && s.Rows == 0
			})
		})
	}
}

// literalInserts returns INSERTs with the texts that the source of revisions has for the columns of those that take their
// values from parameters, as op.bulk_insert does.
func literalInserts(statements []string, source string) (inserts []string) {
	takes := regexp.MustCompile(`(?is)^\s*INSERT\s+INTO\s+([\w$."]+)\s*\(([^()]*)\)\s*VALUES\s*\(\s*(?:%\(|%s|:|\$)`)
	for _, sql := range statements {
		m := takes.FindStringSubmatch(sql)
		if m == nil {
			continue
		}
		for column := range strings.SplitSeq(m[2], ",") {
			column = strings.Trim(column, ` "`)
			given := regexp.MustCompile(`["']` + regexp.QuoteMeta(column) + `["']\s*:\s*(?:"([^"\n]{1,60})"|'([^'\n]{1,60})')`)
			for _, literal := range given.FindAllStringSubmatch(source, -1) {
				inserts = append(inserts, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", m[1], column, query.Literal(literal[1]+literal[2])))
			}
		}
	}
	return inserts
}

// unproved returns the branch's statements that move rows and concerned none, neither on the base's data nor on the
// rows made to break them.
func unproved(onData, onWitnesses []migrations.Statement) (found []migrations.Statement) {
	moves := regexp.MustCompile(`(?is)^\s*(?:UPDATE\b|DELETE\b|INSERT\b.*\bSELECT\b)`)
	for _, s := range onData {
		if s.Revision == "" || s.Version || s.Rows != 0 || !moves.MatchString(s.SQL) {
			continue
		}
		if !slices.ContainsFunc(onWitnesses, func(w migrations.Statement) bool { return w.SQL == s.SQL && w.Rows > 0 }) {
			found = append(found, s)
		}
	}
	return found
}

// arrivals upgrades clones into which the rows that broke nothing come only while the upgrade is between two of its
// transactions: what had to repair them has run already. It records how they broke it.
func arrivals(ctx context.Context, p *pass, up *upgrade, tried []checks.WitnessTrial) error {
	for _, at := range arrivalPoints(up.statements) {
		groups := [][]string{}
		for _, t := range tried {
			if t.Failure == nil && len(t.Witness.Inserts) > 0 {
				groups = append(groups, t.Witness.Inserts)
			}
		}
		if len(groups) == 0 {
			return nil
		}
		outcome, err := testbed.OnClone(ctx, p.Testbed, p.Base.WithData, func(s *database.Server) (checks.Outcome, error) {
			outcome, _, err := p.upgradeWith(ctx, s, migrations.MoveOptions{Meanwhile: migrations.Meanwhile{After: at.Seq, Groups: groups}})
			return outcome, err
		})
		if err != nil {
			return err
		}
		if outcome.Failure != nil {
			blameArrival(tried, outcome.Failure, at)
		}
	}
	return nil
}

// blameArrival records a failure for the row that best explains it, if one does.
func blameArrival(tried []checks.WitnessTrial, f *migrations.Failure, at migrations.Statement) {
	best, score := -1, 0
	for i, t := range tried {
		if t.Failure != nil || len(t.Witness.Inserts) == 0 {
			continue
		}
		if s := t.Witness.Restriction.Blame(violationOf(f)); s > score {
			best, score = i, s
		}
	}
	if best >= 0 {
		tried[best].Failure, tried[best].After = f, &at
	}
}

// maxArrivals limits the number of points at which rows arrive.
const maxArrivals = 2

// arrivalPoints returns the last statements of those transactions that write rows and that another one of the branch's
// follows: before them, a row that arrives is repaired with all others. Of many, as where a loop writes in parts, it
// returns the last ones.
func arrivalPoints(statements []migrations.Statement) []migrations.Statement {
	writes := regexp.MustCompile(`(?i)\b(?:UPDATE\s|DELETE\s+FROM\b|INSERT\s+INTO\b|MERGE\s+INTO\b)`)
	var points []migrations.Statement
	var last migrations.Statement
	wrote := false
	for _, s := range statements {
		if s.Revision == "" && !s.Version {
			continue
		}
		ended := s.Transaction != last.Transaction || endsTransaction(last.SQL)
		if !s.Version && last.Seq > 0 && wrote && ended {
			points, wrote = append(points, last), false
		}
		wrote = wrote || !s.Version && writes.MatchString(s.SQL)
		last = s
	}
	return points[max(0, len(points)-maxArrivals):]
}
