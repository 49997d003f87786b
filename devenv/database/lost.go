package database

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// lostServer is the error of a server that did not answer, with what became of it.
type lostServer struct{ *report.Failure }

// Unwrap returns the failure.
func (l lostServer) Unwrap() error { return l.Failure }

// Explain adds to the error of a server that did not answer what became of its container, or what its log says, and the
// log's last lines. It returns an interrupt, a server's answer and an error that it has explained before as they are.
func (s *Server) Explain(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.As(err, new(lostServer)) || isAnswered(err) {
		return err
	}
	fate, unseen := s.engine.FateOfLost(ctx, s.ID)
	if unseen != nil {
		return err // the error itself matters more
	}
	lines, unread := s.engine.Tail(ctx, s.ID, logLines)
	if unread != nil {
		lines = nil // the container is gone
	}
	reason, hint := whyLost(fate, lines)
	failure := report.Fail(report.KindWork, cmp.Or(report.HintOf(err), hint), "%w", err)
	switch {
	case reason != "" && errors.As(err, new(*pgconn.ConnectError)): // it only repeats the address
		failure = report.FailMachine(hint, "%s, and takes no connection", reason)
	case reason != "":
		failure = report.FailMachine(hint, "%s: %w", reason, err)
	}
	return lostServer{failure.WithOutput(append(report.OutputOf(err), lines...))}
}

// ExplainEnded is Explain for an error that need not be about the server: unless that has ended, it stays as it is.
func (s *Server) ExplainEnded(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || s.alive(ctx) == nil {
		return err
	}
	return s.Explain(ctx, err)
}

// alive returns an error if the server's container does not run, with what became of it. Another container may have its
// address by then.
func (s *Server) alive(ctx context.Context) error {
	fate, err := s.engine.Fate(ctx, s.ID)
	if err != nil || fate.Said == "" {
		return err
	}
	reason, hint := whyLost(fate, nil)
	return lostServer{report.FailMachine(hint, "%s", reason)}
}

// whyLost returns why a server did not answer, and what to do about it; the reason is empty if nothing shows it.
func whyLost(fate engine.Fate, log []string) (reason, hint string) {
	const container = "the database's throwaway container "
	all := strings.Join(log, "\n")
	switch {
	case fate.Starved:
		return container + fate.Said, fate.Remedy()
	case strings.Contains(all, "No space left on device"):
		return "the engine's disk is full", "free some space: docker system df, devenv clean; then run it again"
	case fate.Said != "":
		return container + fate.Said, fate.Remedy()
	}
	if crash := regexp.MustCompile(`was terminated by signal \d+(: \w+)?`).FindString(all); crash != "" {
		return "a process of the database's server " + crash,
			"the kernel does that when memory is short (docker stats, dmesg): free some, then run it again"
	}
	return "", "the last lines of the output are the database server's log; " +
		"if they give no reason, the machine may be short of memory (docker stats): run it again"
}
