package trials

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/codesearch"
	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/migrations"
)

// startFirst starts the branch's backend on the base's data before the upgrade, as docker compose up does if migrations
// are run by hand. If the backend creates missing tables itself, the migration fails because they already exist.
func startFirst() trial {
	return trial{
		name: checks.TrialStartFirst, title: "start first",
		finds: "does the upgrade work if the branch's backend was started before it?",
		needs: []anyResource{upgraded}, seconds: 5, run: tryStartFirst,
	}
}

func tryStartFirst(ctx context.Context, p *pass, log *step.Log) (finding, error) {
	if !take(p, upgraded).createsTables() {
		log.Skipped("the upgrade creates no table")
		return nil, nil
	}
	creates, err := createsTables(p.Branch.Tree.Dir(), p.Project.Migrations.IsRevision)
	if err != nil {
		return nil, err
	}
	if creates == "" {
		log.Skipped("none of the branch's code creates tables itself")
		return nil, nil
	}
	outcome := checks.StartFirstOutcome{Service: p.Project.Backend, File: creates}
	outcome.Upgrade, err = upgradeAfterStart(ctx, p, log)
	switch failure := outcome.Upgrade.Failure; {
	case failure == nil:
	case alreadyThere(failure):
		log.Faulty(failure.Error())
	default: // another failure: the backend has not created what the migration creates
		outcome.Upgrade = checks.Outcome{}
	}
	return func(f *checks.Facts) { f.First = outcome }, err
}

// upgradeAfterStart starts the branch's backend on a clone of the base's data, stops it, and upgrades the clone. The
// outcome is zero if the backend does not start on that data.
func upgradeAfterStart(ctx context.Context, p *pass, log *step.Log) (outcome checks.Outcome, err error) {
	b, err := createBackend(ctx, p, p.Branch, log)
	if err != nil {
		return outcome, err
	}
	if err := writeEdits(ctx, p, b.Services); err != nil {
		return outcome, err
	}
	b.Beside = []string{b.server.ID}
	if _, err := b.Start(ctx, p.Project.Backend, scratch.ReadyOf(p.Project.Ready)); err != nil {
		if lost := b.lostStart(ctx, b.Services, b.server, err); lost != nil {
			return outcome, lost
		}
		if there := ownUpgradeFails(err); there != nil {
			return checks.Outcome{Ran: true, Failure: there}, nil
		}
		log.Skipped("the backend does not start on the base's data")
		return outcome, ctx.Err()
	}
	if err := b.Stop(ctx, p.Project.Backend); err != nil {
		return outcome, err
	}
	if outcome, err = p.upgrade(ctx, b.server); err != nil {
		return outcome, err
	}
	b.dispose(ctx)
	return outcome, nil
}

// ownUpgradeFails returns the failure of a backend that creates tables and then upgrades the database itself, as it says
// when it ends; nil if it ends for another reason.
func ownUpgradeFails(err error) *migrations.Failure {
	said := err.Error() + "\n" + strings.Join(report.OutputOf(err), "\n")
	message := regexp.MustCompile(`(?:relation|type) "[^"\n]+" already exists`).FindString(said)
	if message == "" {
		return nil
	}
	return &migrations.Failure{Message: message, SQLState: "42P07"}
}

// alreadyThere reports whether an upgrade failed because a table, or part of one, already exists.
func alreadyThere(f *migrations.Failure) bool {
	return slices.Contains([]string{"42P07", "42710", "42701"}, f.SQLState)
}

// createsTables reports whether the upgrade creates a table.
func (u *upgrade) createsTables() bool {
	return slices.ContainsFunc(u.after.Shape.Tables, func(t catalog.Table) bool { return u.before.Shape.Table(t.OID) == nil })
}

// createsTables returns a file below dir, relative to it, that creates tables: the first one that creates the models', or
// else the first one that creates any; empty if there is none. Tests do not count: they do so on their own databases.
func createsTables(dir string, isRevision func(file string) bool) (found string, err error) {
	files, err := codesearch.Files(dir)
	if err != nil {
		return "", err
	}
	models := regexp.MustCompile(`\.create_all\b|\.create\([^)]*\bcheckfirst\b|__table__\.create\b|\bCreateTable\(`)
	other := regexp.MustCompile(`(?i)\bcreate\s+table\b`)
	for _, file := range files {
		if ext := path.Ext(file); ext != ".py" && ext != ".sql" || codesearch.IsTest(file) || isRevision(file) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil || models.Match(content) {
			return file, err
		}
		if found == "" && other.Match(content) {
			found = file
		}
	}
	return found, nil
}
