package userdata

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/database/query"
	"devenv/devenv/discover"
	"devenv/devenv/project"
	"devenv/migrations"
)

// Position is which revisions a running database is at.
type Position struct {
	// Revisions are those in its version table; none if it has no such table. Unread is why they could not be read.
	Revisions []string
	Unread    string
	// Compared is set if the branch's revisions are known; Foreign are those the branch does not have.
	Compared bool
	Unknown  []string
	// Pending are the branch's heads that the database is not at, if it is at none but the branch's revisions.
	Pending []string
}

// Position returns the revisions of a service's database, compared with those in the working tree. If the comparison
// fails, it returns the revisions as well as the error.
func (s *Stack) Position(ctx context.Context, service string) (at Position, err error) {
	settings, err := database.SettingsOf(s.Model, service)
	if err != nil {
		return at, err
	}
	at.Revisions, at.Unread = readRevisions(ctx, s.workspace.Engine, s.Containers[service].ID, settings)
	known, err := knownRevisions(ctx, s.workspace)
	if at.Compared = err == nil && len(known) > 0; at.Compared {
		at.compare(known)
	}
	return at, err
}

// compare compares what the database is at with the branch's revisions. No other file names a head; a file that names
// one may mean something else by it, and then nothing is said of that head.
func (at *Position) compare(known map[string]string) {
	for _, revision := range at.Revisions {
		if _, ok := known[revision]; !ok {
			at.Unknown = append(at.Unknown, revision)
		}
	}
	if len(at.Unknown) > 0 || len(at.Revisions) == 0 {
		return
	}
	quoted := quotedByOthers(known)
	for _, id := range slices.Sorted(maps.Keys(known)) {
		named := quoted[id]
		for other, content := range known {
			if named {
				break
			}
			named = other != id && strings.Contains(content, id)
		}
		if !named && !slices.Contains(at.Revisions, id) {
			at.Pending = append(at.Pending, id)
		}
	}
}

// quotedByOthers returns the revisions that another's text has in quotes, as nearly all are: one pass over the texts
// finds them, where each that is not among them is searched for in all texts.
func quotedByOthers(known map[string]string) map[string]bool {
	literal, quoted := regexp.MustCompile(`["']([^"'\n]+)["']`), map[string]bool{}
	for id, content := range known {
		for _, m := range literal.FindAllStringSubmatch(content, -1) {
			if _, isRevision := known[m[1]]; isRevision && m[1] != id {
				quoted[m[1]] = true
			}
		}
	}
	return quoted
}

// revisions returns the revisions the database is at.
func (d *Database) revisions(ctx context.Context) []string {
	if !d.wasRunning {
		return nil
	}
	revisions, _ := readRevisions(ctx, d.workspace.Engine, d.server.ID, d.settings)
	return revisions
}

// readRevisions reads the version table of a running database, of whichever migration tool has one there, or returns
// why it cannot.
func readRevisions(ctx context.Context, e *engine.Engine, container string, s database.Settings) (revisions []string, unread string) {
	for _, kind := range discover.Kinds() {
		if revisions, unread = readVersions(ctx, e, container, s, kind); len(revisions) > 0 || unread != "" {
			return revisions, unread
		}
	}
	return nil, ""
}

// versionQuery returns what has psql make a query that reads a version table, in whichever schema it is, and run that.
// A project may have given the table a name of its own.
func versionQuery(kind migrations.Kind) string {
	return fmt.Sprintf(`SELECT format('SELECT %%I FROM %%s ORDER BY 1', %s, c.oid::regclass) FROM pg_catalog.pg_class c
WHERE c.relkind IN ('r', 'p') AND %s
ORDER BY c.relname = %s DESC, pg_catalog.pg_table_is_visible(c.oid) DESC, c.oid LIMIT 1 \gexec
`, query.Literal(kind.VersionColumn), query.VersionTable{Name: kind.VersionTable, Column: kind.VersionColumn}.Is(), query.Literal(kind.VersionTable))
}

// readVersions reads a tool's version table through the server's own container, because the port may not be published.
// It returns none if the database has no such table.
func readVersions(ctx context.Context, e *engine.Engine, container string, s database.Settings, kind migrations.Kind) ([]string, string) {
	var out, stderr bytes.Buffer
	code, err := e.Exec(ctx, container, engine.ExecOptions{
		Cmd: []string{
			"psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", s.User, "-d", s.Database, "-p", fmt.Sprint(s.Port), "-f", "-",
		},
		Env:   []string{"PGPASSWORD=" + s.Password, "PGCONNECT_TIMEOUT=5"},
		Stdin: strings.NewReader(versionQuery(kind)), Stdout: &out, Stderr: &stderr,
	})
	switch lines := strings.Split(strings.TrimSpace(stderr.String()), "\n"); {
	case err != nil:
		return nil, err.Error()
	case code != 0 && lines[0] == "":
		return nil, fmt.Sprintf("psql exited with status %d", code)
	case code != 0:
		return nil, lines[0]
	}
	return strings.Fields(out.String()), ""
}

// knownRevisions returns the text of the revisions in the working tree's directories of revisions, by id, without
// running anything. It returns none if no migration tool is found.
func knownRevisions(ctx context.Context, w *project.Workspace) (map[string]string, error) {
	root := w.Repo.Root()
	paths, err := w.Files(ctx)
	if err != nil {
		return nil, err
	}
	found, err := w.Services(ctx)
	if err != nil {
		return nil, nil // a stack that devenv makes no migrations for
	}
	tool, known := found.Migrations, map[string]string{}
	for _, p := range paths {
		if !tool.IsRevision(p) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
		if err != nil {
			return nil, err
		}
		if id := tool.Kind.Files.ID(p, content); id != "" {
			known[id] = string(content)
		}
	}
	return known, nil
}

// LastExchange returns the exchange that loaded the current data of a service's database, according to the data itself;
// false if none did, or it is unknown.
func (s *Stack) LastExchange(ctx context.Context, service string) (Replaced, bool) {
	store, ok := s.StoreOf(ctx, service)
	if !ok {
		return Replaced{}, false
	}
	id, err := store.LastSwap(ctx, s.workspace.Engine, s.Containers[service].ID)
	if err != nil {
		return Replaced{}, false
	}
	all, _ := readReplaced(s.workspace.Repo) // an unreadable record is empty
	at := slices.IndexFunc(all, func(r Replaced) bool { return swapID(r.At) == id })
	if at < 0 {
		return Replaced{}, false
	}
	return all[at], true
}
