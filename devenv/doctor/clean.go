package doctor

import (
	"context"
	"errors"
	"strings"
	"time"

	"devenv/compose"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// DefaultCleanDays is for how many days clean keeps what nothing uses.
const DefaultCleanDays = 14

// CleanOptions are the options of clean.
type CleanOptions struct {
	session.Options
	// Days is how long images of bases and builds stay that nothing uses, and snapshots that devenv took by itself; 0 is
	// DefaultCleanDays.
	Days int
	// Bases removes the images of bases and builds also when they were used lately: the next run makes them anew.
	Bases bool
	// Snapshots removes the snapshots that somebody named as well, of every repository: nothing brings them back.
	Snapshots bool
	// Yes removes them without asking.
	Yes bool
	// DryRun only says what would be removed.
	DryRun bool
	// Labels limits the images to those that carry all of these, each "key" or "key=value"; none is all of devenv's.
	Labels []string
}

// CleanItem is something that clean removed, or would remove.
type CleanItem struct {
	// Kind is leftover, base, build, snapshot, trees or captures.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Bytes is what its removal frees; 0 when unknown.
	Bytes int64 `json:"bytes,omitempty"`
	// Why says why it is no longer needed.
	Why    string `json:"why,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// removal is one thing to remove, and how; do is false where it stays, since a container is made of it.
type removal struct {
	CleanItem
	do func(context.Context) (bool, error)
}

// Clean removes what devenv made and no longer needs: what runs that are over left on the engine, in whichever worktree; the private
// trees; images that nobody used for some days, half-made ones, and old snapshots that devenv took by itself. It returns what was
// removed, also when something could not be.
func Clean(ctx context.Context, o CleanOptions) (items []CleanItem, err error) {
	client, err := compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	if o.Days == 0 {
		o.Days = DefaultCleanDays
	}
	if o.Listener == nil {
		o.Listener = report.Silent{}
	}
	add := func(item CleanItem) { item.DryRun = o.DryRun; items = append(items, item) }
	removals, err := imageRemovals(ctx, client.Engine(), o, time.Now())
	if err != nil {
		return items, err
	}
	if err := o.consent(ctx, removals); err != nil {
		return items, err
	}
	// Leftovers go first: they hold images.
	if err := cleanLeftovers(ctx, client.Engine(), o.DryRun, add); err != nil {
		return items, err
	}
	var failed error
	for _, r := range removals {
		if !o.DryRun {
			if gone, err := r.do(ctx); err != nil || !gone {
				failed = errors.Join(failed, err)
				continue
			}
		}
		add(r.CleanItem)
	}
	note := func(text string) { o.Listener.Emit(report.Noted{Text: text}) }
	return items, errors.Join(failed, cleanCache(o.DryRun, add, note))
}

// consent asks before snapshots go that somebody named.
func (o CleanOptions) consent(ctx context.Context, removals []removal) error {
	var named []string
	for _, r := range removals {
		if r.Why == whyTold && r.Kind == cleanSnapshot {
			named = append(named, r.Name)
		}
	}
	if len(named) == 0 || o.DryRun || o.Yes {
		return nil
	}
	what := "remove " + report.Count(len(named), "snapshot") + " for good: " + strings.Join(named, ", ")
	return session.Agree(ctx, o.Ask, session.Consent{To: what, After: "Nothing of them is kept.", Without: "--yes", Refused: "not removed"})
}
