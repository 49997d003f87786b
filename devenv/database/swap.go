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

// Swap is an exchange of a store's data that whoever does it has journaled, so that Settle can end it after a crash.
type Swap struct {
	// ID names the exchange; no other exchange of the store has it.
	ID string
	// From is where the new data is: a copy that Prepare made of it, or, when Moves, what is kept, which then is kept no longer.
	From  Source
	Moves bool
	// Keep is the name under which the store keeps the old data.
	Keep string
}

// source returns the directory of the new data, relative to what devenv keeps in a data directory.
func (w Swap) source() string {
	if w.Moves {
		return w.From.inStore()
	}
	return "new-" + w.ID
}

// Prepare copies the new data beside the store's, if it does not lie there as it is. A server may run meanwhile. durable leaves
// out the settings by which a base trades durability for speed. It may be interrupted; Settle removes what it left.
func (s Store) Prepare(ctx context.Context, e *engine.Engine, w Swap, durable bool, labels map[string]string) error {
	if w.Moves {
		return nil
	}
	image, from := w.From.Image, dataDirectory
	if w.From.Kept != "" {
		_, data := s.reached()
		image, from = s.Image, data+"/"+workDirectory+"/"+w.From.inStore()
	}
	script := s.script(image, labels, "prepare", w.ID, from)
	if durable {
		script.Args = append(script.Args, "durable")
	}
	_, err := e.RunScript(ctx, script)
	return s.failed(err, "copy the data of %s into %s", image)
}

// Swap puts the new data in the place of the store's and keeps that, all by renaming. It takes the lock file of the data
// directory, so that no server starts until Settle, and says false, and changes nothing, where a server has the lock, or where the
// data is not as it was: a server has run since. A crash at any moment leaves a directory in which no server starts until Settle
// has completed the swap.
func (s Store) Swap(ctx context.Context, e *engine.Engine, w Swap, was Still, labels map[string]string) (bool, error) {
	did, err := s.run(ctx, e, labels, "swap", w.ID, w.source(), w.Keep, was.Control, hashed(was.Lock))
	done, err := outcome(did, err, busyLock, busyControl)
	return done, s.failed(err, "exchange the data of %s in %s", s.Service)
}

// What the script says of a swap, and of its end: it is complete; nothing is left of it; it was not begun, because a server has the
// lock or has run since.
const (
	swapped     = "swapped"
	reverted    = "reverted"
	busyLock    = "busy=lock"
	busyControl = "busy=control"
)

// outcome reports whether the new data is in place, from what the script said; others are the words with which it can say no.
func outcome(said string, err error, others ...string) (bool, error) {
	if err != nil || said == swapped || slices.Contains(others, said) {
		return said == swapped, err
	}
	return false, fmt.Errorf("the script ended with %q, so where the data is is not known", said)
}

// hashed returns a text's SHA-256 in hex, empty for an empty one.
func hashed(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Settle ends what Prepare and Swap left: a swap that had begun is completed, a copy that waits is removed. It says whether the
// new data is in place.
func (s Store) Settle(ctx context.Context, e *engine.Engine, id string, labels map[string]string) (bool, error) {
	did, err := s.run(ctx, e, labels, "settle", id)
	done, err := outcome(did, err, reverted)
	return done, s.failed(err, "end the exchange of the data of %s in %s", s.Service)
}

// Forget removes data that earlier exchanges have kept; names that the store does not have are no error. A server may run.
func (s Store) Forget(ctx context.Context, e *engine.Engine, names []string, labels map[string]string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.run(ctx, e, labels, "forget", names...)
	return s.failed(err, "remove %s from %s", strings.Join(names, ", "))
}
