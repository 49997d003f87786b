package stack

import (
	"context"
	"maps"
	"slices"

	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// DownOptions are the options of down.
type DownOptions struct {
	session.Options
	// Volumes removes the data as well, after a question unless Yes is set.
	Volumes, Yes bool
	// RemoveOrphans removes containers of services that are no longer in the Compose file.
	RemoveOrphans bool
	DryRun        bool
}

// DownItem is a container that was removed, or would be.
type DownItem struct {
	Service   string `json:"service"`
	Project   string `json:"project"`
	Container string `json:"container"`
	DryRun    bool   `json:"dry_run,omitempty"`
}

// Down removes the containers and networks of the user's own stack, as docker compose down would. It returns them even
// if some could not be removed.
func Down(ctx context.Context, s *session.Session, o DownOptions) (items []DownItem, _ error) {
	err := s.Run(ctx, step.New("down", func(ctx context.Context, log *step.Log) error {
		if err := s.Open(ctx, userdata.Recover); err != nil {
			return err
		}
		stack, err := userdata.Load(ctx, s.Workspace, s.Choice, nil)
		if err == nil {
			err = stack.ReadContainers(ctx)
		}
		if err != nil {
			return err
		}
		if err := o.agree(ctx, s, stack.Model.Name); err != nil {
			return err
		}
		for _, service := range slices.Sorted(maps.Keys(stack.Containers)) {
			items = append(items,
				DownItem{Service: service, Project: stack.Model.Name, Container: stack.Containers[service].Name, DryRun: o.DryRun})
		}
		if o.DryRun {
			return nil
		}
		log.Done(report.Count(len(items), "container"))
		return s.Workspace.Client.UserStack(stack.Model).Down(ctx, o.Volumes, o.RemoveOrphans)
	}))
	return items, err
}

// agree asks before removing data.
func (o DownOptions) agree(ctx context.Context, s *session.Session, name string) error {
	if !o.Volumes || o.Yes || o.DryRun {
		return nil
	}
	return session.Agree(ctx, s.Ask, session.Consent{
		To:    "remove the volumes of " + name + " with their data",
		After: "It cannot be restored.", Without: "--yes; to keep the data, first run: devenv snapshot save", Refused: "not removed",
	})
}
