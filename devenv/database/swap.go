package database

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"devenv/compose/engine"
)

// Swap is an exchange of a store's data. The caller has journaled it, so that Settle can finish it after a crash.
type Swap struct {
	// ID names the exchange; no other exchange of the store has the same.
	ID string
	// From is the directory of the new data: a copy that Prepare made, or, with Moves, kept data, which then is no
	// longer kept.
	From  Source
	Moves bool
	// Keep is the name under which the store keeps the old data.
	Keep string
}

// source returns the directory of the new data, relative to devenv's work directory.
func (w Swap) source() string {
	if w.Moves {
		return w.From.inStore()
	}
	return "new-" + w.ID
}

// Prepare copies the new data beside the store's, unless it is there already. A server may run meanwhile. durable
// leaves out the settings by which a base trades durability for speed. It may be interrupted; Settle removes what it
// left.
func (s Store) Prepare(ctx context.Context, e *engine.Engine, w Swap, durable bool, labels map[string]string) error {
	if w.Moves {
		return nil
	}
	image, from := w.From.Image, dataDirectory
	if w.From.Kept != "" {
		_, data := s.scriptMount()
		image, from = s.Image, data+"/"+workDirectory+"/"+w.From.inStore()
	}
	script := s.script(image, labels, "prepare", w.ID, from)
	if durable {
		script.Args = append(script.Args, "durable")
	}
	_, err := e.RunScript(ctx, script)
	return s.failed(err, "copy the data of %s into %s", image)
}

// Swap replaces the store's data by the new data and keeps the old, using only renames. It takes the data directory's
// lock file, so that no server starts until Settle. If a server holds the lock, or the data has changed because a
// server has run since, it changes nothing and returns false. After a crash at any moment, no server starts in the
// directory until Settle has completed the swap.
func (s Store) Swap(ctx context.Context, e *engine.Engine, w Swap, was ServerFiles, labels map[string]string) (bool, error) {
	did, err := s.run(ctx, e, labels, "swap", w.ID, w.source(), w.Keep, was.Control, hashed(was.Lock))
	done, err := outcome(did, err, busyLock, busyControl)
	return done, s.failed(err, "exchange the data of %s in %s", s.Service)
}

// The script's results of a swap and of its completion: it is complete; it was undone; it was not begun, because a
// server holds the lock or has run since.
const (
	swapped     = "swapped"
	reverted    = "reverted"
	busyLock    = "busy=lock"
	busyControl = "busy=control"
)

// outcome reports whether the new data is in place, from the script's output; others are the outputs that mean no.
func outcome(said string, err error, others ...string) (bool, error) {
	if err != nil || said == swapped || slices.Contains(others, said) {
		return said == swapped, err
	}
	return false, fmt.Errorf("the script ended with %q, so it is unknown which data is in place", said)
}

// hashed returns a text's SHA-256 in hex, empty for an empty text.
func hashed(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Settle finishes what Prepare and Swap left behind: it completes a swap that had begun, or removes a waiting copy.
// It reports whether the new data is in place.
func (s Store) Settle(ctx context.Context, e *engine.Engine, id string, labels map[string]string) (bool, error) {
	did, err := s.run(ctx, e, labels, "settle", id)
	done, err := outcome(did, err, reverted)
	return done, s.failed(err, "finish the exchange of the data of %s in %s", s.Service)
}

// RemoveKept removes data that earlier exchanges kept; names that the store does not have are ignored. A server may
// run.
func (s Store) RemoveKept(ctx context.Context, e *engine.Engine, names []string, labels map[string]string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.run(ctx, e, labels, "forget", names...)
	return s.failed(err, "remove %s from %s", strings.Join(names, ", "))
}
