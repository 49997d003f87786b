package database

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// startTimeout is how long initdb and the project's init scripts may take.
const startTimeout = 15 * time.Minute

// dumpHint is the alternative when a server cannot run as an image.
const dumpHint = "if this database cannot run with its data in its own layer, start from a dump, in .devenv.yaml:\n" +
	"    seed: {dump: path/to/dump.sql}"

// Start starts the container that Compose created for a service with moved data, or one that CommitBase has stopped,
// and waits until it answers a query over TCP, as the application would connect. Before that it creates the data
// directory's parent, owned by the service's user, because that user may lack the right to do so. A failure carries
// the log's last lines and the known reason, if it is one.
func Start(ctx context.Context, e *engine.Engine, id string, s Settings) (*Server, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("it did not answer a query within %s", startTimeout))
	defer cancel()
	if err := putParent(ctx, e, id); err != nil {
		return nil, report.Fail(report.KindWork, dumpHint, "start the database %s: prepare its data directory: %w", s.Service, err)
	}
	if err := e.Start(ctx, id); err != nil {
		return nil, report.Fail(report.KindWork, dumpHint, "start the database %s: %w", s.Service, err)
	}
	server := &Server{ID: id, engine: e, settings: s}
	watching, stop := watched(ctx, e, id)
	defer stop()
	if err := server.RefreshAddresses(ctx); err != nil {
		return nil, server.failure(ctx, err)
	}
	if err := awaitQuery(watching, server.address, s, server.dial()); err != nil {
		return nil, server.failure(ctx, err)
	}
	return server, nil
}

// failure explains from the log why a server did not start.
func (s *Server) failure(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return ctx.Err()
	}
	const tried = "start the database %s: %w"
	if errors.Is(err, errOutdated) {
		return report.Fail(report.KindUsage, "raise its image's version; up, down, status and logs work with any", tried, s.settings.Service, err)
	}
	lines, tailErr := s.engine.Tail(context.WithoutCancel(ctx), s.ID, logLines)
	if reason, hint := s.machineReason(context.WithoutCancel(ctx), lines); reason != "" {
		return report.FailMachine(hint, tried, s.settings.Service, errors.New(reason)).WithOutput(lines) // err only repeats the address
	}
	reason, hint := explain(lines, err)
	if reason != "" {
		err = fmt.Errorf("%s: %w", reason, err)
	}
	if reason == "" && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return report.FailMachine(hint, tried, s.settings.Service, errors.Join(err, tailErr)).WithOutput(lines)
	}
	return report.Fail(report.KindWork, hint, tried, s.settings.Service, errors.Join(err, tailErr)).WithOutput(lines)
}

// machineReason returns why the machine kept a server from starting, and what to do about it; empty if it did not.
func (s *Server) machineReason(ctx context.Context, lines []string) (reason, hint string) {
	log := strings.Join(lines, "\n")
	switch fate, unseen := s.engine.Fate(ctx, s.ID); {
	case strings.Contains(log, "No space left on device"):
		return "the disk is full", "free some space: docker system df, devenv clean"
	case strings.Contains(log, "could not map anonymous shared memory"):
		return "there is too little memory", "give the service, or Docker, more memory"
	case unseen == nil && fate.Outside:
		return whyLost(fate, lines)
	}
	return "", ""
}

// logLines is how much of a server's log a failure shows.
const logLines = 20

// explain looks for a known reason in a server's log, and returns what to do about it.
func explain(lines []string, err error) (reason, hint string) {
	log := strings.Join(lines, "\n")
	for _, known := range []struct{ text, reason, hint string }{
		{"superuser password is not specified", "the service sets no password", passwordHint},
		{"Read-only file system", "its data directory is on a read-only file system", dumpHint},
		{"Permission denied", "its user may not write to the data directory (user: in the Compose file)", dumpHint},
		{"has wrong ownership", "its user does not own the data directory (user: in the Compose file)", dumpHint},
		{"has group or world access", "something is mounted over the data directory", dumpHint},
		{"exists but is not empty", "something is mounted over the data directory", dumpHint},
		{"is not a valid data directory", "the data directory is not where PGDATA says (-D or data_directory in the command)", dumpHint},
		{"does not exist", "a file or role that the service's command or an init script names is missing", dumpHint},
	} {
		if strings.Contains(log, known.text) {
			return known.reason, known.hint
		}
	}
	if isRefusal(err) {
		return "the server rejects the user, password or database from the service's environment",
			"an init script may have changed them; correct POSTGRES_USER, POSTGRES_PASSWORD or POSTGRES_DB"
	}
	return "", dumpHint
}

// missing matches what Postgres says of a table or column that a statement names and the database does not have.
var missing = regexp.MustCompile(`(relation "[^"]+"|column "?[\w.]+"?( of relation "[^"]+")?) does not exist`)

// Missing returns what a service's log says that the database lacks, empty if nothing.
func Missing(log string) string { return missing.FindString(log) }

// putParent creates the data directory's parent in a container that is not running, owned by the service's user.
func putParent(ctx context.Context, e *engine.Engine, id string) error {
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return err
	}
	uid, gid, err := e.UserIDs(ctx, id, container.User)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeDir, Name: strings.TrimPrefix(dataParent, "/var/lib/") + "/", Mode: 0o755, Uid: uid,
		Gid: gid, ModTime: time.Now(),
	})
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return e.CopyTo(ctx, id, "/var/lib", &archive)
}

// readFile reads a file of a container, running or not.
func readFile(ctx context.Context, e *engine.Engine, id, path string) ([]byte, error) {
	content, found, err := e.ReadFile(ctx, id, path)
	if err == nil && !found {
		err = fmt.Errorf("container %.12s has no %s", id, path)
	}
	return content, err
}
