package database

import (
	"context"
	_ "embed"
	"path"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

//go:embed store.sh
var storeScript string

// Store is where a server of the user's own stack keeps its data: a directory in a volume or on the host. All access
// goes through containers, so that neither the files' owner nor the machine matters.
type Store struct {
	// Service is the Compose service's name.
	Service string `json:"service"`
	// Image is the id of the image that the server runs.
	Image string `json:"image"`
	// Mount is the volume or host directory that holds the data, as the server's container mounts it.
	Mount engine.Mount `json:"mount"`
	// Directory is the data directory in the server's container: the mount's target, or a directory below it.
	Directory string `json:"directory"`
}

// String names the store for people: "volume app_pgdata", "directory /src/app/data/pgdata".
func (s Store) String() string {
	if s.Mount.Type == "volume" {
		return "volume " + s.Mount.Name
	}
	return "directory " + s.OnHost()
}

// OnHost returns the data directory's path on the engine's machine; for a volume it is inside the engine's directory.
func (s Store) OnHost() string {
	return path.Join(s.Mount.Source, strings.TrimPrefix(s.Directory, s.Mount.Target))
}

// StoreOf finds where a container of the database service keeps its data: PGDATA, or what the command says, and the
// mount that covers it. Data in the container's own layer, and mounts inside the data, are KindUsage failures.
func StoreOf(service string, c engine.Container) (Store, error) {
	s := Store{Service: service, Image: c.Image, Directory: dataDirectoryOf(c)}
	found := false
	for _, m := range c.Mounts {
		switch {
		case within(m.Target, s.Directory):
			return s, report.Fail(report.KindUsage, "use pg_dump and pg_restore for it",
				"find the data of %s: a part of it is a separate mount, at %s", service, m.Target)
		case m.Type != "volume" && m.Type != "bind":
		case !holds(m.Target, s.Directory):
		case !found || len(m.Target) > len(s.Mount.Target):
			s.Mount, found = m, true
		}
	}
	if !found {
		return s, report.Fail(report.KindUsage, "give the service a volume for "+s.Directory,
			"find the data of %s: %s is neither in a volume nor in a host directory", service, s.Directory)
	}
	s.Mount.ReadOnly = false
	return s, nil
}

// dataDirectoryOf returns the server's data directory: the command's, else the environment's, else the official
// image's.
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

// workDirectory is devenv's own directory in a data directory: for a copy before its swap, and for what exchanges
// have replaced.
const workDirectory = ".devenv"

// scriptMount returns the mount and the data directory as the script's container has them: at a separate path, since
// an image may declare a volume below the service's path.
func (s Store) scriptMount() (mount engine.Mount, data string) {
	const place = dataParent + "/store"
	mount, data = s.Mount, path.Join(place, strings.TrimPrefix(s.Directory, s.Mount.Target))
	mount.Target = place
	return mount, data
}

// run runs a command of the script on the store's data. An interrupt does not stop it once it has begun.
func (s Store) run(ctx context.Context, e *engine.Engine, labels map[string]string, command string, args ...string) (string, error) {
	uncut, err := engine.Uninterrupted(ctx)
	if err != nil {
		return "", err
	}
	return e.RunScript(uncut, s.script(s.Image, labels, command, args...))
}

// script returns a command of the script on the store's data, in a container of an image.
func (s Store) script(image string, labels map[string]string, command string, args ...string) engine.Script {
	mount, data := s.scriptMount()
	return engine.Script{
		Image: image, Text: storeScript, Args: append([]string{command, data}, args...), Mounts: []engine.Mount{mount}, Labels: labels,
	}
}

func (s Store) failed(err error, format, what string) error {
	if err == nil {
		return nil
	}
	return report.Fail(report.KindWork, report.HintOf(err), format+": %w", what, s, err).WithOutput(report.OutputOf(err))
}
