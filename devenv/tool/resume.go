package tool

import (
	"context"
	"encoding/json"
	"os"
	"strings"

	"devenv/compose"
	"devenv/devenv/discover"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/migrations"
)

// kept is what a tool remembers for another run.
type kept struct {
	configPath string
	// plan is the container's configuration as text; content is what its volumes hold.
	plan      string
	content   scratch.Content
	suspended bool
}

// Keep records what the tool works on, for another run; false if that is not possible. Edited are the files that this
// run has written into the container: Resume brings them back to what the next run's tree has. From now on only
// Suspend, Resume and Drop may be called.
func (t *Tool) Keep(ctx context.Context, name string, edited []string) (bool, error) {
	if _, ok := t.Tool.(migrations.Resumable); !ok {
		return false, nil
	}
	iso, err := t.checkout.Plan(name, []string{t.settings.Service}, t.configure)
	if err != nil {
		return false, err
	}
	if t.plan, err = t.planned(ctx, iso); err != nil {
		return false, err
	}
	t.content, err = t.checkout.List(iso)
	return err == nil && t.content.Edit(iso, edited), err
}

// Suspend prepares a kept tool for Resume. It needs none of the project's files.
func (t *Tool) Suspend(ctx context.Context) (err error) {
	if !t.suspended {
		err = t.Tool.(migrations.Resumable).Suspend(ctx)
		t.suspended = err == nil
	}
	return err
}

// Drop removes the tool's container, whatever state it is in.
func (t *Tool) Drop(ctx context.Context) error {
	err := t.checkout.Workspace.Engine.Remove(ctx, t.Container)
	_ = t.Close(ctx) // its process has ended with the container
	return err
}

// Resume makes the tool work on a checkout of the next run, as a started one would; false if its container would not be
// the same.
func (t *Tool) Resume(ctx context.Context, s *scratch.Checkout, name string, p discover.MigrationTool, hosts []string,
	log *step.Log,
) (bool, error) {
	t.checkout, t.settings, t.hosts = s, p, hosts
	iso, err := s.Plan(name, []string{p.Service}, t.configure)
	if err != nil {
		return false, err
	}
	plan, err := t.planned(ctx, iso)
	if err != nil || plan != t.plan || !t.suspended {
		return false, err
	}
	s.NoteDropped(iso, false)
	t.suspended = false
	if fresh, err := s.Refresh(ctx, iso, t.Container, t.content); !fresh {
		return false, err
	}
	return true, t.Tool.(migrations.Resumable).Resume(ctx, t.options(log))
}

// planned returns what the tool's container is made from as text, but for what its volumes hold.
func (t *Tool) planned(ctx context.Context, iso compose.Isolated) (string, error) {
	p := t.settings
	service, err := json.Marshal(iso.Project.Services[p.Service])
	if err != nil {
		return "", err
	}
	image, _, err := t.checkout.Workspace.Engine.ImageInspect(ctx, iso.Project.Services[p.Service].Image)
	if err != nil {
		return "", err
	}
	parts := []string{string(service), image.ID, p.Service, p.Config, p.ConfigInContainer, p.Section, p.Python, p.Workdir}
	for _, f := range iso.Files {
		content := f.Content
		if f.Source != "" {
			if content, err = os.ReadFile(f.Source); err != nil {
				return "", err
			}
		}
		parts = append(parts, f.Service, f.Target, f.Mode.String(), string(content))
	}
	return strings.Join(parts, "\x00"), nil
}
