package database

import (
	"bufio"
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Source is where new data comes from: an image of devenv's, or what an earlier exchange has kept in the store itself.
type Source struct {
	// Image is the id of an image that has its data where a base has it.
	Image string
	// Kept is the name under which the store keeps the data; it goes before Image.
	Kept string
}

// inStore returns the directory of kept data, relative to what devenv keeps in a data directory.
func (s Source) inStore() string { return "kept/" + s.Kept }

// Look is what lies in a store.
type Look struct {
	// Major is the major version of the data, "17"; empty when there is none.
	Major string
	// Source is the major version of the new data that was compared; empty when there is none.
	Source string
	// Bytes is how much the data is, without what is kept beside it.
	Bytes int64
	// Kept are the names of what earlier exchanges have kept.
	Kept []string
}

// Look returns what lies in the store, and which version new data is of. What devenv cannot exchange is a KindUsage failure: a
// directory that is a symbolic link, files that are no server's, a write-ahead log or tablespaces elsewhere.
func (s Store) Look(ctx context.Context, e *engine.Engine, source Source, labels map[string]string) (Look, error) {
	printed, err := e.RunScript(ctx, s.looking(source, labels))
	if err != nil {
		return Look{}, s.failed(err, "look at the data of %s in %s", s.Service)
	}
	return s.seen(printed)
}

// looking returns the script that looks: in the image whose data is compared.
func (s Store) looking(source Source, labels map[string]string) engine.Script {
	_, data := s.reached()
	script := s.script(s.Image, labels, "look")
	switch {
	case source.Kept != "":
		script.Args = append(script.Args, path.Join(data, workDirectory, source.inStore()))
	case source.Image != "":
		script.Image, script.Args = source.Image, append(script.Args, dataDirectory)
	}
	script.Mounts[0].ReadOnly = true
	return script
}

// seen reads what the script printed.
func (s Store) seen(printed string) (Look, error) {
	found, kept := map[string]string{}, []string(nil)
	lines := bufio.NewScanner(strings.NewReader(printed))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if name == "kept" {
			kept = append(kept, value)
		}
		found[name] = value
	}
	if err := s.unfit(found); err != nil {
		return Look{}, err
	}
	kilobytes, _ := strconv.ParseInt(found["kilobytes"], 10, 64) // none for a directory that is not there yet
	return Look{Major: found["version"], Source: found["source"], Bytes: kilobytes << 10, Kept: kept}, nil
}

// unfit refuses what devenv cannot exchange.
func (s Store) unfit(found map[string]string) error {
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindUsage, hint, "look at the data of %s in %s: %w", s.Service, s, fmt.Errorf(format, args...))
	}
	const byHand = "use pg_dump and pg_restore for it"
	switch {
	case found["link"] != "":
		return fail("name the directory itself in the Compose file", "%s is a symbolic link", s.Directory)
	case found["wal"] != "":
		return fail(byHand, "its write-ahead log lies elsewhere")
	case found["tablespaces"] != "":
		return fail(byHand, "it has tablespaces")
	case found["version"] == "" && found["entry"] != "":
		return fail("check the service's volumes and PGDATA", "it holds %s, and no server's data", path.Base(found["entry"]))
	}
	return nil
}
