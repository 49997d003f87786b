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

// Source is where new data comes from: one of devenv's images, or data that an earlier exchange kept in the store
// itself.
type Source struct {
	// Image is the id of an image that has its data where a base has it.
	Image string
	// Kept is the name under which the store keeps the data; it takes precedence over Image.
	Kept string
}

// inStore returns the directory of kept data, relative to what devenv keeps in a data directory.
func (s Source) inStore() string { return "kept/" + s.Kept }

// Contents describes what is in a store.
type Contents struct {
	// Major is the major version of the data, "17"; empty if there is none.
	Major string
	// Source is the major version of the new data; empty if there is none.
	Source string
	// Bytes is the size of the data, without what is kept beside it.
	Bytes int64
	// Kept are the names of data that earlier exchanges kept.
	Kept []string
}

// Contents returns what is in the store, and the version of new data. What devenv cannot exchange is a KindUsage
// failure: a directory that is a symbolic link, files that are not a server's, a write-ahead log or tablespaces
// elsewhere.
func (s Store) Contents(ctx context.Context, e *engine.Engine, source Source, labels map[string]string) (Contents, error) {
	printed, err := e.RunScript(ctx, s.lookScript(source, labels))
	if err != nil {
		return Contents{}, s.failed(err, "look at the data of %s in %s", s.Service)
	}
	return s.parseContents(printed)
}

// lookScript returns the script that inspects the store, in the image whose data it is compared with.
func (s Store) lookScript(source Source, labels map[string]string) engine.Script {
	_, data := s.scriptMount()
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

// parseContents parses the script's output.
func (s Store) parseContents(printed string) (Contents, error) {
	found, kept := map[string]string{}, []string(nil)
	lines := bufio.NewScanner(strings.NewReader(printed))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if name == "kept" {
			kept = append(kept, value)
		}
		found[name] = value
	}
	if err := s.unsupported(found); err != nil {
		return Contents{}, err
	}
	kilobytes, _ := strconv.ParseInt(found["kilobytes"], 10, 64) // zero for a directory that does not exist yet
	return Contents{Major: found["version"], Source: found["source"], Bytes: kilobytes << 10, Kept: kept}, nil
}

// unsupported refuses what devenv cannot exchange.
func (s Store) unsupported(found map[string]string) error {
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindUsage, hint, "look at the data of %s in %s: %w", s.Service, s, fmt.Errorf(format, args...))
	}
	const byHand = "use pg_dump and pg_restore for it"
	switch {
	case found["link"] != "":
		return fail("name the directory itself in the Compose file", "%s is a symbolic link", s.Directory)
	case found["wal"] != "":
		return fail(byHand, "its write-ahead log is elsewhere")
	case found["tablespaces"] != "":
		return fail(byHand, "it has tablespaces")
	case found["version"] == "" && found["entry"] != "":
		return fail("check the service's volumes and PGDATA", "it contains %s, but no server's data", path.Base(found["entry"]))
	}
	return nil
}
