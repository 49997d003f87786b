package engine

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// registryHint is what to do about a registry's refusal of an image, which the engine passes on in words alone.
func registryHint(ref, said string) string {
	host, _, _ := strings.Cut(ref, "/")
	if !strings.ContainsAny(host, ".:") && host != "localhost" {
		host = "" // Docker's own
	}
	login := strings.TrimSpace("docker login " + host)
	for _, known := range []struct{ hint, words string }{
		{"let the registry know you: " + login, "unauthorized|no basic auth|authentication required|access denied|access to the resource is denied"},
		{"check that the registry runs and its name is right, and the network", "connection refused|no such host|i/o timeout|network is unreachable|no route to host|server misbehaving"},
		{"check the name: nobody has pushed it", "manifest unknown|not found"},
	} {
		for word := range strings.SplitSeq(known.words, "|") {
			if strings.Contains(strings.ToLower(said), word) {
				return known.hint
			}
		}
	}
	return "check the name, the network, and " + login
}

// Patience is how long a registry is waited for: in all, and while it says nothing.
type Patience struct{ Silence, Total time.Duration }

// PullWithin brings an image for the engine's own platform, as Pull does, from a registry that is not waited for longer.
func (e *Engine) PullWithin(ctx context.Context, ref string, p Patience, progress func(line string)) error {
	pulling, cancel := context.WithTimeoutCause(ctx, p.Total, fmt.Errorf("it took longer than %s", p.Total))
	defer cancel()
	pulling, silent := context.WithCancelCause(pulling)
	defer silent(nil)
	timer := time.AfterFunc(p.Silence, func() { silent(fmt.Errorf("the registry said nothing for %s", p.Silence)) })
	defer timer.Stop()
	err := e.pull(pulling, ref, "", progress, func(stream io.Reader) io.Reader { return heard{stream, timer, p.Silence} })
	if err != nil && pulling.Err() != nil && ctx.Err() == nil {
		return pullFailed(ctx, ref, context.Cause(pulling))
	}
	return err
}

// heard begins the silence anew with each thing that is read.
type heard struct {
	io.Reader
	silence *time.Timer
	length  time.Duration
}

// Read reads on.
func (h heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	h.silence.Reset(h.length)
	return n, err
}
