package devenv

import (
	"context"

	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// PullSnapshot pulls a snapshot from the configured registry into the repository's snapshots.
func PullSnapshot(ctx context.Context, o SnapshotOptions) (*report.Items, error) {
	s := session.New("snapshot pull", o.Options)
	items := report.NewItems(s.Command)
	var from project.Registry
	return ended(ctx, s, items, s.Sequence(ctx,
		step.New("check", func(ctx context.Context, _ *step.Log) (err error) {
			if err := database.CheckSnapshotName(o.Name); err != nil {
				return err
			}
			if from, err = openRegistry(ctx, s, "pull "+o.Name); err != nil {
				return err
			}
			return userdata.CheckUntaken(ctx, s.Workspace, o.Name)
		}),
		step.New("pull", func(ctx context.Context, log *step.Log) error {
			if o.DryRun {
				items.Items = append(items.Items, PushItem{Image: from.Snapshot(o.Name), DryRun: true})
				return nil
			}
			pulled, err := userdata.PullSnapshot(ctx, s.Workspace, o.Name, from, log)
			if err == nil {
				items.Items = append(items.Items, pulled)
			}
			return err
		}),
	))
}

// openRegistry opens the workspace of a command that needs a registry.
func openRegistry(ctx context.Context, s *session.Session, to string) (project.Registry, error) {
	if err := s.Open(ctx, userdata.Recover); err != nil {
		return "", err
	}
	return userdata.NeedRegistry(s.Workspace, to)
}
