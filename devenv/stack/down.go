package stack

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
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

// DownItem is a container or a volume that was removed, or would be.
type DownItem struct {
	// Service is the container's, or of the container that an unnamed volume belongs to.
	Service   string `json:"service"`
	Project   string `json:"project"`
	Container string `json:"container"`
	Volume    string `json:"volume,omitempty"`
	DryRun    bool   `json:"dry_run,omitempty"`
}

// Down removes the containers and networks of the user's own stack, as docker compose down would. It returns them even
// if some could not be removed.
func Down(ctx context.Context, s *session.Session, o DownOptions) (items []DownItem, _ error) {
	err := s.Run(ctx, step.New("down", func(ctx context.Context, log *step.Log) error {
		stack, all, err := openForRemoval(ctx, s)
		if err != nil {
			return err
		}
		removed, orphans := containersToRemove(stack.Model, all, o)
		for _, c := range orphans {
			s.Note(fmt.Sprintf("%s stays: its service %s is no longer in the Compose file; devenv down --remove-orphans removes it too",
				c.Name, c.Labels[engine.ServiceLabel]))
		}
		containers := report.Count(len(removed), "container")
		if o.Volumes {
			volumes, err := volumesToRemove(ctx, s, stack, removed)
			if err == nil {
				err = o.agree(ctx, s, volumes)
			}
			if err != nil {
				return err
			}
			removed = append(removed, volumes...)
		}
		items = removed
		if o.DryRun {
			log.Skipped("--dry-run: would have removed " + containers)
			return nil
		}
		if err := s.Workspace.Client.UserStack(stack.Model).Down(ctx, o.Volumes, o.RemoveOrphans); err != nil {
			return err
		}
		log.Done(containers)
		items, err = withoutKept(ctx, s, items)
		return err
	}))
	for i := range items {
		items[i].DryRun = o.DryRun
	}
	return items, err
}

// openForRemoval loads the stack, and finds all its containers.
func openForRemoval(ctx context.Context, s *session.Session) (*userdata.Stack, []engine.Container, error) {
	if err := s.Open(ctx, userdata.Recover); err != nil {
		return nil, nil, err
	}
	stack, err := userdata.Load(ctx, s.Workspace, nil)
	if err == nil {
		err = stack.ReadContainers(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Workspace.Client.UserStack(stack.Model).All(ctx)
	return stack, all, err
}

// containersToRemove returns the containers to remove, by service, and those that stay because their service is no
// longer in the Compose file. A service of a profile that is not active is in the file.
func containersToRemove(model *types.Project, all []engine.Container, o DownOptions) (removed []DownItem, orphans []engine.Container) {
	for _, c := range all {
		service := c.Labels[engine.ServiceLabel]
		_, enabled := model.Services[service]
		_, disabled := model.DisabledServices[service]
		switch {
		case disabled:
		case !enabled && !o.RemoveOrphans:
			orphans = append(orphans, c)
		default:
			removed = append(removed, DownItem{Service: service, Project: model.Name, Container: c.Name})
		}
	}
	slices.SortStableFunc(removed, func(a, b DownItem) int { return strings.Compare(a.Service, b.Service) })
	return removed, orphans
}

// volumesToRemove returns the volumes to remove along with containers. A database that keeps its data elsewhere is
// noted.
func volumesToRemove(ctx context.Context, s *session.Session, stack *userdata.Stack, containers []DownItem) ([]DownItem, error) {
	e := s.Workspace.Engine
	var volumes []DownItem
	named := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(stack.Model.Volumes)) {
		volume := stack.Model.Volumes[key]
		named[volume.Name] = true
		exists, err := e.VolumeExists(ctx, volume.Name)
		if err != nil {
			return nil, err
		}
		if exists && !bool(volume.External) {
			volumes = append(volumes, DownItem{Project: stack.Model.Name, Volume: volume.Name})
		}
	}
	for _, removed := range containers {
		c, err := e.Inspect(ctx, removed.Container)
		if err != nil {
			return nil, err
		}
		goes, stays := mountedVolumes(stack.Model, c, removed, named)
		volumes = append(volumes, goes...)
		for _, name := range stays {
			s.Note(fmt.Sprintf("volume %s stays: docker compose down does not remove it", name))
		}
	}
	if service, err := stack.FindDatabase(ctx); err == nil {
		if store, ok := stack.StoreOf(ctx, service); ok && store.Mount.Type == "bind" {
			s.Note(fmt.Sprintf("the data of %s stays: it is in no volume, but in %s", service, store))
		}
	}
	return volumes, nil
}

// mountedVolumes returns the volumes of a container that have no name and go with it, and the names of those that stay:
// Compose leaves a name that is no longer in its file, and whatever an orphan mounts. Each is in seen afterwards.
func mountedVolumes(
	model *types.Project, c engine.Container, removed DownItem, seen map[string]bool,
) (goes []DownItem, stays []string) {
	_, own := model.Services[removed.Service]
	unnamed := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, m := range c.Mounts {
		switch {
		case m.Type != "volume" || seen[m.Name]:
		case own && unnamed.MatchString(m.Name):
			goes = append(goes, DownItem{Service: removed.Service, Project: removed.Project, Volume: m.Name})
		default:
			stays = append(stays, m.Name)
		}
		seen[m.Name] = true
	}
	return goes, stays
}

// withoutKept drops volumes that are still there, which Compose passes over.
func withoutKept(ctx context.Context, s *session.Session, items []DownItem) (removed []DownItem, _ error) {
	for _, i := range items {
		if i.Volume != "" {
			exists, err := s.Workspace.Engine.VolumeExists(ctx, i.Volume)
			if err != nil {
				return items, err
			}
			if exists {
				s.Note(fmt.Sprintf("volume %s stays: docker compose down did not remove it", i.Volume))
				continue
			}
		}
		removed = append(removed, i)
	}
	return removed, nil
}

// agree asks before removing volumes, by name.
func (o DownOptions) agree(ctx context.Context, s *session.Session, volumes []DownItem) error {
	if len(volumes) == 0 || o.Yes || o.DryRun {
		return nil
	}
	names := make([]string, len(volumes))
	for i, v := range volumes {
		if names[i] = v.Volume; v.Service != "" {
			names[i] = "an unnamed one of " + v.Service
		}
	}
	return session.Agree(ctx, s.Ask, session.Consent{
		To:    "remove " + report.Count(len(volumes), "volume") + " with all data: " + strings.Join(names, ", "),
		After: "It cannot be restored.", Without: "--yes; to keep the data, first run: devenv snapshot save", Refused: "not removed",
	})
}
