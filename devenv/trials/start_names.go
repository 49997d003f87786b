package trials

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/codesearch"
	"devenv/devenv/database/catalog"
	"devenv/devenv/step"
)

// baseNames looks in the base's code for the names that the upgrade takes away. A backend that starts on the migrated
// data may still use them later.
func baseNames() trial {
	return trial{
		name: checks.TrialBaseNames, title: "base names", finds: "does the base's code name what the upgrade drops or renames?",
		needs: []anyResource{upgraded}, seconds: 1, run: findNames,
		able: startBase().able, // start.base, which reports the names, is skipped without
	}
}

func findNames(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	up := take(p, upgraded)
	missing := up.gone()
	if len(missing) == 0 {
		log.Skipped("no table or column is dropped or renamed")
		return nil, nil
	}
	files, err := p.baseCode()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(files, func(a, b string) int { return testsLast(codesearch.IsTest(a), codesearch.IsTest(b)) })
	searches := make([]*codesearch.Names, len(missing))
	for i := range missing {
		searches[i] = codesearch.NewNames(missing[i].Table, missing[i].Column, up.isShared(missing[i]))
	}
	for _, file := range files {
		text, err := codesearch.Read(filepath.Join(p.Base.Tree.Dir(), filepath.FromSlash(file)))
		if err != nil || ctx.Err() != nil {
			return nil, errors.Join(err, ctx.Err())
		}
		for i, search := range searches {
			for _, line := range search.Lines(text) {
				missing[i].Mentions = append(missing[i].Mentions, checks.Mention{File: file, Line: line})
			}
		}
	}
	return func(f *checks.Facts) { f.Gone = missing }, nil
}

// baseCode returns the files of the base's tree with code that works on the database, except for the migrations and
// what fills a new database: neither runs during a deployment.
func (p *pass) baseCode() ([]string, error) {
	root := p.Base.Tree.Dir()
	var left []string
	for _, file := range p.Project.Seed.SQL {
		left = append(left, codesearch.Below(root, p.Base.InTree(p.Workspace.Path(file)))...)
	}
	users := []string{p.Project.Backend, p.Project.Migrations.Service}
	files, err := codesearch.Working(root, p.Base.Model.Services, p.Project.Database, users, left)
	return slices.DeleteFunc(files, p.Project.Migrations.IsScript), err
}

// branchCode calls read with the text of each file of the branch's code that works on the database, but for migrations
// and tests.
func (p *pass) branchCode(read func(code string)) error {
	root, users := p.Branch.Tree.Dir(), []string{p.Project.Backend, p.Project.Migrations.Service}
	files, err := codesearch.Working(root, p.Branch.Model.Services, p.Project.Database, users, slices.Clone(p.Project.Migrations.Versions))
	if err != nil {
		return err
	}
	for _, file := range files {
		code, err := codesearch.Read(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return err
		}
		if !codesearch.IsTest(file) {
			read(code)
		}
	}
	return nil
}

// isShared reports whether other tables had a column of the same name.
func (u *upgrade) isShared(g checks.Gone) bool {
	return slices.ContainsFunc(u.before.Shape.Tables, func(t catalog.Table) bool {
		return t.Label() != g.Table && slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return c.Name == g.Column })
	})
}

// testsLast orders two files by whether they are tests.
func testsLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// gone returns the names of tables and columns that exist only before the upgrade. A name that a view took over still
// exists.
func (u *upgrade) gone() []checks.Gone {
	var missing []checks.Gone
	for i := range u.before.Shape.Tables {
		t := &u.before.Shape.Tables[i]
		_, view := u.after.Catalog.Objects["view:"+t.Label()]
		_, materialized := u.after.Catalog.Objects["matview:"+t.Label()]
		if t.Partition || view || materialized {
			continue
		}
		missing = append(missing, goneOf(t, &u.after.Shape)...)
	}
	return missing
}

// goneOf returns the table if its name is gone, or else those of its columns whose names are.
func goneOf(t *catalog.Table, after *catalog.Shape) (missing []checks.Gone) {
	i := slices.IndexFunc(after.Tables, func(a catalog.Table) bool { return a.Label() == t.Label() })
	if i < 0 {
		table := checks.Gone{Table: t.Label()}
		if renamed := after.Table(t.OID); renamed != nil {
			table.Now = renamed.Label()
		}
		return []checks.Gone{table}
	}
	now := &after.Tables[i]
	for _, c := range t.Columns {
		if slices.ContainsFunc(now.Columns, func(k catalog.Column) bool { return k.Name == c.Name }) {
			continue
		}
		column := checks.Gone{Table: t.Label(), Column: c.Name}
		if renamed := now.Column(c.Number); now.OID == t.OID && renamed != nil {
			column.Now = renamed.Name
		}
		missing = append(missing, column)
	}
	return missing
}
