package devenv

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"devenv/compose"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// SnapshotOptions are the options of the snapshot commands.
type SnapshotOptions struct {
	Options
	// Name is the snapshot's; if it is empty, save chooses one.
	Name string
	// Yes restores, or removes, without asking.
	Yes bool
	// DryRun only returns what would be done.
	DryRun bool
}

// SnapshotItem is one snapshot.
type SnapshotItem = userdata.Snapshot

// SaveSnapshot keeps the user's own database, the whole cluster, as an image. A running database is stopped while its
// files are copied, and started again before the image is made.
func SaveSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	s := session.New("snapshot save", o.Options)
	items := report.NewItems(s.Command)
	name := cmp.Or(o.Name, time.Now().Format("20060102-150405"))
	var database *userdata.Database
	var plan SnapshotItem
	return ended(ctx, s, items, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) (err error) {
			if err := userdata.CheckName(name); err != nil {
				return err
			}
			if database, err = userdata.Open(ctx, s, log); err != nil {
				return err
			}
			plan, err = database.PlanSave(ctx, name)
			return err
		}),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if plan.DryRun = o.DryRun; o.DryRun {
				items.Items = append(items.Items, plan)
				return nil
			}
			saved, err := database.Save(ctx, plan)
			if saved != nil {
				items.Items = append(items.Items, *saved)
				s.Note("the snapshot is an image that no container uses: docker system prune -a would remove it, " +
					"unless a copy is in a registry (devenv snapshot push)")
			}
			return err
		}},
	))
}

// RestoreSnapshot replaces the user's own data with a snapshot's, and keeps the old data.
func RestoreSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	return replaceData(ctx, session.New("snapshot restore", o.Options), o.Yes, o.DryRun,
		func(ctx context.Context, d *userdata.Database) (userdata.NewData, error) {
			return d.DataNamed(ctx, o.Name)
		})
}

// replaceData replaces the user's own data with what choose returns once the stack is open.
func replaceData(
	ctx context.Context, s *session.Session, yes, dryRun bool, choose func(context.Context, *userdata.Database) (userdata.NewData, error),
) (*report.Items, error) {
	items := report.NewItems(s.Command)
	var database *userdata.Database
	var data userdata.NewData
	return ended(ctx, s, items, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, log *step.Log) (err error) {
			if database, err = userdata.Open(ctx, s, log); err != nil {
				return err
			}
			data, err = choose(ctx, database)
			return err
		}),
		step.Step{Do: func(ctx context.Context, _ *step.Log) error {
			if dryRun {
				items.Items = append(items.Items, database.Planned(data.To))
				return nil
			}
			if err := database.Agree(ctx, yes, data.To); err != nil {
				return err
			}
			done, err := database.Exchange(ctx, data)
			if done != nil {
				items.Items = append(items.Items, *done)
			}
			return err
		}},
	))
}

// ListSnapshots returns the repository's snapshots, and what exchanges in this worktree have replaced, newest first.
func ListSnapshots(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	items := report.NewItems("snapshot list")
	return items, withSnapshots(ctx, o, func(_ *compose.Client, _ *gitrepo.Repo, all []SnapshotItem) error {
		for _, s := range all {
			items.Items = append(items.Items, s)
		}
		return nil
	})
}

// RemoveSnapshots removes snapshots by name, after finding them all.
func RemoveSnapshots(ctx context.Context, o SnapshotOptions, names []string) (*report.Items, error) {
	items := report.NewItems("snapshot remove")
	return items, withSnapshots(ctx, o, func(client *compose.Client, repo *gitrepo.Repo, all []SnapshotItem) error {
		var found []SnapshotItem
		for _, name := range names {
			s, err := userdata.Named(all, name)
			if err != nil {
				return err
			}
			found = append(found, s)
		}
		if err := o.agreeToRemove(ctx, names); err != nil {
			return err
		}
		for _, s := range found {
			if s.DryRun = o.DryRun; !o.DryRun {
				if err := userdata.RemoveSnapshot(ctx, client.Engine(), repo, s); err != nil {
					return err
				}
			}
			items.Items = append(items.Items, s)
		}
		return nil
	})
}

// agreeToRemove asks before snapshots are removed.
func (o SnapshotOptions) agreeToRemove(ctx context.Context, names []string) error {
	if o.Yes || o.DryRun {
		return nil
	}
	return session.Agree(ctx, o.Ask, session.Consent{
		To:    "remove " + report.Count(len(names), "snapshot") + " with all data: " + strings.Join(names, ", "),
		After: "It cannot be restored.", Without: "--yes", Refused: "not removed",
	})
}

// withSnapshots reads the repository's snapshots; it needs no Compose project.
func withSnapshots(ctx context.Context, o SnapshotOptions, do func(*compose.Client, *gitrepo.Repo, []SnapshotItem) error) (err error) {
	dir, err := filepath.Abs(project.OrDot(o.Dir))
	if err != nil {
		return err
	}
	repo, err := gitrepo.Open(ctx, dir)
	if err != nil {
		return err
	}
	client, err := compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	all, err := userdata.Snapshots(ctx, client.Engine(), repo)
	if err != nil {
		return err
	}
	return do(client, repo, all)
}
