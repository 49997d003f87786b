package database

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

//go:embed store.sh
var storeScript string

// Store is where a server of the user's own stack keeps its data: a directory in a volume or in a directory of the host. It is
// reached through containers, so that neither the owner of the files nor the machine they lie on matters.
type Store struct {
	// Service is the Compose service's name.
	Service string `json:"service"`
	// Image is the id of the image that the server runs.
	Image string `json:"image"`
	// Mount is the volume or the host's directory that holds the data, as the server's container mounts it.
	Mount engine.Mount `json:"mount"`
	// Directory is the data directory in the server's container: the mount's target, or below it.
	Directory string `json:"directory"`
}

// String names the place for people: "volume app_pgdata", "directory /src/app/data/pgdata".
func (s Store) String() string {
	if s.Mount.Type == "volume" {
		return "volume " + s.Mount.Name
	}
	return "directory " + s.OnHost()
}

// OnHost is the data directory's path on the engine's machine; for a volume it is the engine's own.
func (s Store) OnHost() string {
	return path.Join(s.Mount.Source, strings.TrimPrefix(s.Directory, s.Mount.Target))
}

// StoreOf finds where a container of the database service keeps its data: PGDATA, or what the command says, and the mount
// that covers it. Data in the container's own layer, and mounts inside of the data, are KindUsage failures.
func StoreOf(service string, c engine.Container) (Store, error) {
	s := Store{Service: service, Image: c.Image, Directory: dataDirectoryOf(c)}
	found := false
	for _, m := range c.Mounts {
		switch {
		case within(m.Target, s.Directory):
			return s, report.Fail(report.KindUsage, "use pg_dump and pg_restore for it", "find the data of %s: a part of it is mounted on its own, at %s", service, m.Target)
		case m.Type != "volume" && m.Type != "bind":
		case m.Target != s.Directory && !within(s.Directory, m.Target):
		case !found || len(m.Target) > len(s.Mount.Target):
			s.Mount, found = m, true
		}
	}
	if !found {
		return s, report.Fail(report.KindUsage, "give the service a volume for "+s.Directory, "find the data of %s: %s is in no volume and no directory of the host", service, s.Directory)
	}
	s.Mount.ReadOnly = false
	return s, nil
}

// dataDirectoryOf is the server's data directory: the command's, else the environment's, else the official image's.
func dataDirectoryOf(c engine.Container) string {
	for _, a := range append(arguments(c.Cmd), arguments(c.Entrypoint)...) {
		if a.name == "data_directory" {
			return path.Clean(a.value)
		}
	}
	for _, name := range []string{"POSTGRESQL_DATA_DIR=", "PGDATA="} {
		for _, v := range c.Env {
			if value, ok := strings.CutPrefix(v, name); ok && value != "" {
				return path.Clean(value)
			}
		}
	}
	return "/var/lib/postgresql/data"
}

// Look is what lies in a store.
type Look struct {
	// Major is the major version of the data, "17"; empty when there is none.
	Major string
	// Source is the major version of the image's data that was compared.
	Source string
	Bytes  int64
}

// Look says what lies in the store, and which version's data lies in an image: empty for none. What devenv cannot exchange is
// a KindUsage failure: a directory that is a symbolic link, files that are no server's, a write-ahead log or tablespaces elsewhere.
func (s Store) Look(ctx context.Context, e *engine.Engine, image string, labels map[string]string) (Look, error) {
	fail := func(hint, format string, args ...any) (Look, error) {
		return Look{}, report.Fail(report.KindUsage, hint, "look at the data of %s in %s: %w", s.Service, s, fmt.Errorf(format, args...))
	}
	mount, data := s.reached()
	mount.ReadOnly = true
	args := []string{"look", data}
	script := engine.Script{Image: s.Image, Text: storeScript, Mounts: []engine.Mount{mount}, Labels: labels}
	if image != "" {
		script.Image, args = image, append(args, dataDirectory)
	}
	script.Args = args
	printed, err := e.RunScript(ctx, script)
	if err != nil {
		return Look{}, report.Fail(report.KindWork, report.HintOf(err), "look at the data of %s in %s: %w", s.Service, s, err).WithOutput(report.OutputOf(err))
	}
	found := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(printed))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		found[name] = value
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
	kilobytes, _ := strconv.ParseInt(found["kilobytes"], 10, 64) // none for a directory that is not there yet
	return Look{Major: found["version"], Source: found["source"], Bytes: kilobytes << 10}, nil
}

// reached is the mount and the data directory as the script's container has them: at a place of their own, since an image may
// declare a volume below the place where the service has them.
func (s Store) reached() (mount engine.Mount, data string) {
	const place = dataParent + "/store"
	mount, data = s.Mount, path.Join(place, strings.TrimPrefix(s.Directory, s.Mount.Target))
	mount.Target = place
	return mount, data
}

// run runs a command of the script on the store's data. Once begun it is not cut off by an interrupt.
func (s Store) run(ctx context.Context, e *engine.Engine, labels map[string]string, command string) (string, error) {
	uncut, err := engine.Uncut(ctx)
	if err != nil {
		return "", err
	}
	mount, data := s.reached()
	return e.RunScript(uncut, engine.Script{Image: s.Image, Text: storeScript, Args: []string{command, data}, Mounts: []engine.Mount{mount}, Labels: labels})
}

// Prepare copies an image's data beside the store's. A server may run meanwhile. durable leaves out the settings by which a
// base trades durability for speed. It may be interrupted; Settle removes what it left.
func (s Store) Prepare(ctx context.Context, e *engine.Engine, image string, durable bool, labels map[string]string) error {
	mount, data := s.reached()
	args := []string{"prepare", data, dataDirectory}
	if durable {
		args = append(args, "durable")
	}
	_, err := e.RunScript(ctx, engine.Script{Image: image, Text: storeScript, Args: args, Mounts: []engine.Mount{mount}, Labels: labels})
	return s.failed(err, "copy the data of %s into %s", image)
}

// Swap takes the prepared copy for the data; what was there is gone. The server must not run. A crash at any moment leaves a
// directory in which no server starts until Settle has completed the swap.
func (s Store) Swap(ctx context.Context, e *engine.Engine, labels map[string]string) error {
	_, err := s.run(ctx, e, labels, "swap")
	return s.failed(err, "exchange the data of %s in %s", s.Service)
}

// Settle ends what Prepare and Swap left: a swap that had begun is completed, a copy that waits is removed. It says which
// happened: "swapped", "reverted", or "" for nothing.
func (s Store) Settle(ctx context.Context, e *engine.Engine, labels map[string]string) (string, error) {
	did, err := s.run(ctx, e, labels, "settle")
	return did, s.failed(err, "end the exchange of the data of %s in %s", s.Service)
}

func (s Store) failed(err error, format, what string) error {
	if err == nil {
		return nil
	}
	return report.Fail(report.KindWork, report.HintOf(err), format+": %w", what, s, err).WithOutput(report.OutputOf(err))
}
