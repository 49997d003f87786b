package database

import (
	"context"
	"encoding/binary"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// stopTimeout is how long a server gets to write everything to disk.
const stopTimeout = 2 * time.Minute

// stopCleanly stops the server by a fast shutdown, and verifies that it wrote everything: a killed server would have
// to recover in every clone.
func (s *Server) stopCleanly(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	container, err := s.engine.Inspect(ctx, s.ID)
	if err != nil {
		return err
	}
	if container.State == "running" {
		// The signal goes to the server itself: the first process may be a shell, and stop_signal may be anything.
		user := container.User
		_, err = s.engine.Exec(ctx, s.ID, engine.ExecOptions{
			User: user, Cmd: []string{"sh", "-c", `read -r pid < "$1/postmaster.pid" && kill -INT "$pid"`, "sh", dataDirectory},
		})
		if err != nil {
			return report.Fail(report.KindWork, "", "stop the database %s: %w", s.settings.Service, err)
		}
		if err := s.awaitExit(ctx); err != nil {
			return err
		}
	}
	return s.verifyStopped(ctx)
}

// graceTime is how long a container may outlive its server: a wrapper may not notice its exit.
const graceTime = 30 * time.Second

// awaitExit waits for the container's exit, and stops it if a wrapper outlives the server.
func (s *Server) awaitExit(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, graceTime)
	defer cancel()
	if _, err := s.engine.Wait(waiting, s.ID); err == nil || ctx.Err() != nil {
		return err
	}
	return s.engine.Stop(ctx, s.ID, graceTime)
}

// The offset of the cluster's state in pg_control, and the state after a clean shutdown.
const (
	controlStateAt  = 16
	controlShutdown = 1
)

// verifyStopped reads the cluster's state from its control file, without starting anything.
func (s *Server) verifyStopped(ctx context.Context) error {
	control, err := readFile(ctx, s.engine, s.ID, dataDirectory+"/global/pg_control")
	if err != nil {
		return report.Fail(report.KindWork, dumpHint, "keep the database %s: its data is not in %s: %w",
			s.settings.Service, dataDirectory, err)
	}
	if len(control) < controlStateAt+4 {
		return report.Fail(report.KindWork, dumpHint, "keep the database %s: its control file is broken", s.settings.Service)
	}
	state := control[controlStateAt : controlStateAt+4]
	if binary.LittleEndian.Uint32(state) != controlShutdown && binary.BigEndian.Uint32(state) != controlShutdown {
		lines, err := s.engine.Tail(ctx, s.ID, logLines)
		if err != nil {
			return err
		}
		return report.Fail(report.KindWork, dumpHint, "stop the database %s: it did not shut down cleanly",
			s.settings.Service).WithOutput(lines)
	}
	return nil
}
