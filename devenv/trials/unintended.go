package trials

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/codesearch"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/forward"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// unintended compares the schema before and after the upgrade, without what its statements meant.
func unintended() trial {
	return trial{
		name: checks.TrialUnintended, title: "unintended",
		finds: "did the upgrade change anything that no statement meant, or that nobody can want?",
		needs: []anyResource{upgraded, migrated}, seconds: 1, run: findUnintended,
	}
}

func findUnintended(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	if len(up.statements) == 0 {
		p.why = p.Tool.About() + " does not report the statements that it runs"
		log.Skipped(p.why)
		return func(f *checks.Facts) { f.Unable[checks.TrialUnintended] = p.why }, nil
	}
	source, err := p.source(up.revisions)
	if err != nil {
		return nil, err
	}
	known, err := p.Base.ModelsBaseline()
	if err != nil {
		return nil, err
	}
	changes, err := p.withoutConstants(forward.Compare(judged(up.before), judged(up.after), up.ownStatements(), source))
	if err != nil {
		return nil, err
	}
	blinded, err := database.Ask(ctx, take(p, migrated).Server, func(ctx context.Context, conn *database.Conn) ([]forward.Change, error) {
		blinded, err := forward.Blinded(ctx, conn, judged(up.before), judged(up.after))
		if err != nil {
			return nil, err
		}
		unreadable, err := forward.Unreadable(ctx, conn, judged(up.before), judged(up.after))
		return append(blinded, unreadable...), err
	})
	if err != nil {
		return nil, err
	}
	outcome, own := checks.UnintendedOutcome{Ran: true}, up.own()
	for _, change := range append(blinded, changes...) {
		found := checks.UnintendedChange{Change: change, OnlyDatabase: change.Modelled && p.onlyDatabase(change, known)}
		if change.Cause >= 0 {
			found.Cause = own[change.Cause]
		}
		outcome.Changes = append(outcome.Changes, found)
	}
	if slices.ContainsFunc(outcome.Changes, func(c checks.UnintendedChange) bool { return c.Upsert }) {
		outcome.Upserts, err = p.upserts(ctx)
	}
	return func(f *checks.Facts) { f.Unintended = outcome }, err
}

func judged(s testbed.State) forward.State {
	return forward.State{Catalog: s.Catalog, Shape: s.Shape, Access: s.Access}
}

// source returns the text of revisions.
func (p *pass) source(revisions []migrations.Revision) (string, error) {
	var all strings.Builder
	for _, r := range revisions {
		text, err := os.ReadFile(filepath.Join(p.Branch.Tree.Dir(), filepath.FromSlash(r.Path)))
		if err != nil && !errors.Is(err, os.ErrNotExist) { // one that is not in the tree wrote no literal
			return "", err
		}
		all.Write(text)
	}
	return all.String(), nil
}

// withoutConstants leaves out the defaults that revisions import from the branch's code, and the keys that no upsert in it
// needs.
func (p *pass) withoutConstants(changes []forward.Change) ([]forward.Change, error) {
	if !slices.ContainsFunc(changes, func(c forward.Change) bool { return c.Moment != "" || c.Conflict != nil }) {
		return changes, nil
	}
	root, users := p.Branch.Tree.Dir(), []string{p.Project.Backend, p.Project.Migrations.Service}
	files, err := codesearch.Working(root, p.Branch.Model.Services, p.Project.Database, users, nil)
	if err != nil {
		return nil, err
	}
	return unnamed(changes, root, files, p.Project.Migrations.IsScript)
}

// unnamed returns the changes whose moment no file below root names, and those of keys that an upsert in one needs. What
// ran with an earlier migration needs no key any more.
func unnamed(changes []forward.Change, root string, files []string, isScript func(file string) bool) ([]forward.Change, error) {
	var needed []string
	for _, file := range files {
		code, err := codesearch.Read(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return nil, err
		}
		changes = slices.DeleteFunc(changes, func(c forward.Change) bool { return c.Moment != "" && forward.Names(code, c.Moment) })
		for _, c := range changes {
			if c.Conflict != nil && c.UpsertsInto(code) && !codesearch.IsTest(file) && !isScript(file) {
				needed = append(needed, c.Object)
			}
		}
	}
	unneeded := func(c forward.Change) bool { return c.Conflict != nil && !slices.Contains(needed, c.Object) }
	return slices.DeleteFunc(changes, unneeded), nil
}

// onlyDatabase reports whether the models of the base do not describe something that the database had: autogenerate
// would drop it, or the comparison of the catalogs knows it. What autogenerate does not see counts as described by
// neither.
func (p *pass) onlyDatabase(c forward.Change, known base.ModelsBaseline) bool {
	unseen := regexp.MustCompile(`^CREATE (?:UNIQUE )?INDEX .*(?:\(.*\(|USING (?:gin|gist|brin|hash)| WHERE )`)
	facet, table := "", strings.Replace(c.Object, "column:", "table:", 1)
	if strings.HasPrefix(c.Object, "column:") {
		facet, _, _ = strings.Cut(c.Was, " ")
		table = table[:strings.LastIndex(table, ".")]
	}
	return unseen.MatchString(c.Was) || known.Holds(catalog.Difference{Object: c.Object, Facet: facet, Is: c.Was}) ||
		slices.ContainsFunc(p.Noise(), func(o migrations.Operation) bool { return o.Object == c.Object || o.Object == table })
}

// upserts returns the lines of the base's code that insert rows or update those that are there.
func (p *pass) upserts(ctx context.Context) ([]checks.Mention, error) {
	files, err := p.baseCode()
	if err != nil {
		return nil, err
	}
	upsert := regexp.MustCompile(`(?i)\bon[_ ]conflict|update_conflicts|\bupsert`)
	var found []checks.Mention
	for _, file := range files {
		text, err := codesearch.Read(filepath.Join(p.Base.Tree.Dir(), filepath.FromSlash(file)))
		if err != nil || ctx.Err() != nil {
			return nil, errors.Join(err, ctx.Err())
		}
		line := 0
		for code := range strings.Lines(text) {
			if line++; upsert.MatchString(code) {
				found = append(found, checks.Mention{File: file, Line: line})
			}
		}
	}
	return found, nil
}
