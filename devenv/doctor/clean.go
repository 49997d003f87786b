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

// DefaultCleanDays is how many days clean keeps what nothing uses.
const DefaultCleanDays = 14

// CleanOptions are the options of clean.
type CleanOptions struct {
	session.Options
	// Days is how many days to keep unused images of bases and builds, and automatic snapshots; 0 is DefaultCleanDays.
	Days int
	// Bases removes the images of bases and builds even if they were used recently; the next run makes them again.
	Bases bool
	// Snapshots also removes named snapshots, of every repository; they cannot be restored.
	Snapshots bool
	// Yes removes them without asking.
	Yes bool
	// DryRun only lists what would be removed.
	DryRun bool
	// Labels limits the images to those that have all of these labels, each "key" or "key=value"; none means all of
	// devenv's.
	Labels []string
}

// CleanItem is something that clean removed, or would remove.
type CleanItem struct {
	// Kind is leftover, base, build, snapshot, trees, captures or readings (what runs have read in bases).
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Bytes is how much its removal frees; 0 if unknown.
	Bytes int64 `json:"bytes,omitempty"`
	// Why is why it is no longer needed.
	Why    string `json:"why,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// removal is one thing to remove, and how; do returns false if it stays because a container uses it.
type removal struct {
	CleanItem
	do func(context.Context) (bool, error)
}

// Clean removes what devenv made and no longer needs: what finished runs left on the engine, in any worktree; the
// private trees; images unused for some days, incomplete ones, and old automatic snapshots. It returns what was
// removed, even if something could not be.
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
	// Leftovers go first, because they use images.
	if err := cleanLeftovers(ctx, client.Engine(), o.DryRun, add); err != nil {
		return items, err
	}
	var failed error
	for _, r := range removals {
		if !o.DryRun {
			if removed, err := r.do(ctx); err != nil || !removed {
				failed = errors.Join(failed, err)
				continue
			}
		}
		add(r.CleanItem)
	}
	note := func(text string) { o.Listener.Emit(report.Noted{Text: text}) }
	return items, errors.Join(failed, cleanCache(o.DryRun, add, note))
}

// consent asks before removing named snapshots.
func (o CleanOptions) consent(ctx context.Context, removals []removal) error {
	var named []string
	for _, r := range removals {
		if r.Why == whyRequested && r.Kind == cleanSnapshot {
			named = append(named, r.Name)
		}
	}
	if len(named) == 0 || o.DryRun || o.Yes {
		return nil
	}
	what := "permanently remove " + report.Count(len(named), "snapshot") + ": " + strings.Join(named, ", ")
	return session.Agree(ctx, o.Ask, session.Consent{To: what, After: "They cannot be restored.", Without: "--yes", Refused: "not removed"})
}
