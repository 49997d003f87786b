package engine

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// registryHint returns what to do when a registry refuses an image, which the engine reports as text only.
func registryHint(ref, said string) string {
	host, _, _ := strings.Cut(ref, "/")
	if !strings.ContainsAny(host, ".:") && host != "localhost" {
		host = "" // Docker's own
	}
	login := strings.TrimSpace("docker login " + host)
	for _, known := range []struct{ hint, words string }{
		{
			"log in to the registry: " + login,
			"unauthorized|no basic auth|authentication required|access denied|access to the resource is denied",
		},
		{
			"check the network, the registry's name, and that it is running",
			"connection refused|no such host|i/o timeout|network is unreachable|no route to host|server misbehaving",
		},
		{"check the name: the registry has no such image", "manifest unknown|not found"},
	} {
		for word := range strings.SplitSeq(known.words, "|") {
			if strings.Contains(strings.ToLower(said), word) {
				return known.hint
			}
		}
	}
	return "check the name, the network, and " + login
}

// PullTimeouts limit a pull: in total, and while the registry sends nothing.
type PullTimeouts struct{ Silence, Total time.Duration }

// PullWithin pulls an image for the engine's own platform, as Pull does, within the timeouts.
func (e *Engine) PullWithin(ctx context.Context, ref string, p PullTimeouts, progress func(line string)) error {
	pulling, cancel := context.WithTimeoutCause(ctx, p.Total, fmt.Errorf("it took longer than %s", p.Total))
	defer cancel()
	pulling, silent := context.WithCancelCause(pulling)
	defer silent(nil)
	timer := time.AfterFunc(p.Silence, func() { silent(fmt.Errorf("the registry sent nothing for %s", p.Silence)) })
	defer timer.Stop()
	err := e.pull(pulling, ref, "", progress, func(stream io.Reader) io.Reader { return silenceReset{stream, timer, p.Silence} })
	if err != nil && pulling.Err() != nil && ctx.Err() == nil {
		return pullFailed(ctx, ref, context.Cause(pulling))
	}
	return err
}

// silenceReset restarts the silence timer with each read.
type silenceReset struct {
	io.Reader
	silence *time.Timer
	length  time.Duration
}

// Read implements io.Reader.
func (h silenceReset) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	h.silence.Reset(h.length)
	return n, err
}
