package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// needRegistry is the configuration's registry, for a command that cannot do without.
func (o *own) needRegistry(to string) (project.Registry, error) {
	found, ok := o.Workspace.Registry()
	if !ok {
		return "", report.Fail(report.KindUsage, "say where it is, in .devenv.yaml:\n    registry: ghcr.io/acme/devenv", "%s: no registry is configured", to)
	}
	return found, nil
}

// refuseSecrets searches images before any of them is pushed: one that holds a secret of the Compose project is refused.
func (o *own) refuseSecrets(ctx context.Context, images ...string) error {
	for _, image := range images {
		if err := database.CheckSecrets(ctx, o.Workspace.Engine, image, o.Secrets(), o.Workspace.Labels()); err != nil {
			return report.Fail(report.KindOf(err), report.HintOf(err), "push %s: %w", image, err)
		}
	}
	return nil
}

// pushImage pushes an image under another name, which it has only meanwhile: clean finds it by its own.
func (o *own) pushImage(ctx context.Context, source, ref string, log *step.Log) error {
	e := o.Workspace.Engine
	if err := e.Tag(ctx, source, ref); err != nil {
		return err
	}
	err := e.Push(ctx, ref, log.Line)
	return errors.Join(err, e.RemoveImage(context.WithoutCancel(ctx), ref, false))
}

// pushing is what is about to be pushed: what it is to people, an image of it, and what data of which service it holds.
type pushing struct {
	registry                    project.Registry
	what, image, holds, service string
	// record is how it is remembered that it was said.
	record string
	yes    bool
}

// pushedRecord names what this repository has pushed to which registry, after it was said what goes along.
const pushedRecord = "pushed"

// What the record says of a base, before the registry: pushedOutdated was written when bases held the password of the database.
// It stays, whatever is pushed after it: under another key the old image can still be pulled.
const (
	pushedOutdated = "the base to "
	pushedBase     = "the base's data to "
)

// confirmPush says before the first push of its kind from a repository to a registry what the images hold, and asks.
func (o *own) confirmPush(ctx context.Context, p pushing) error {
	record, to := o.Workspace.Repo.SharedRecord(pushedRecord), string(p.registry)
	var known []string
	if _, err := record.Read(&known); err != nil || slices.Contains(known, p.record+to) {
		return err
	}
	image, _, err := o.Workspace.Engine.ImageInspect(ctx, p.image)
	if err != nil {
		return err
	}
	holds := fmt.Sprintf("it holds %s, nothing of the environment and the mounted files of %s, and these variables of its image: %s",
		p.holds, p.service, strings.Join(variableNames(image.Env), ", "))
	if p.yes {
		o.Note(fmt.Sprintf("%s is pushed to %s; %s", p.what, p.registry, holds))
	} else if err := session.Agree(ctx, o.Ask, session.Consent{
		To: fmt.Sprintf("push %s to %s (%s)", p.what, to, holds), After: "Who can pull from there can read it.", Without: "--yes", Refused: "not pushed",
	}); err != nil {
		return err
	}
	return record.Write(append(known, p.record+to))
}

// variableNames are the names of the variables that have a value.
func variableNames(env []string) []string {
	var names []string
	for _, variable := range env {
		if name, value, _ := strings.Cut(variable, "="); value != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
