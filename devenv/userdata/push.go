package userdata

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// Push is what to push: its display name, its images, and what data of which service they contain.
type Push struct {
	Registry project.Registry
	What     string
	// Images are all images; the question lists the variables of the last one.
	Images         []string
	Holds, Service string
	// Record is the prefix, before the registry, that records the user's consent: BaseRecord for a base.
	Record string
	// Yes skips the question.
	Yes bool
}

// pushedRecord is the record of what this repository has pushed to which registry, with the user's consent.
const pushedRecord = "pushed"

// Prefixes in that record, before the registry. OutdatedBase is from when bases contained the database's password. It
// stays there whatever is pushed later, because the old image can still be pulled under its other key.
const (
	OutdatedBase = "the base to "
	BaseRecord   = "the base's data to "
)

// NeedRegistry returns the configured registry, for a command that requires one; to says what for.
func NeedRegistry(w *project.Workspace, to string) (project.Registry, error) {
	found, ok := w.Registry()
	if !ok {
		return "", report.Fail(report.KindUsage, "set it in .devenv.yaml:\n    registry: ghcr.io/acme/devenv",
			"%s: no registry is configured",
			to)
	}
	return found, nil
}

// Agree searches the images before it allows pushing any, and refuses one that contains a secret of the Compose
// project. Before the first such push from a repository to a registry it says what the images contain, and asks.
func (p Push) Agree(ctx context.Context, s *session.Session) error {
	for _, image := range p.Images {
		if err := database.CheckSecrets(ctx, s.Workspace.Engine, image, s.Secrets(), s.Workspace.Labels()); err != nil {
			return report.Fail(report.KindOf(err), report.HintOf(err), "push %s: %w", image, err)
		}
	}
	return p.confirm(ctx, s)
}

// confirm says what the images contain, and asks, once.
func (p Push) confirm(ctx context.Context, s *session.Session) error {
	record, to := s.Workspace.Repo.SharedRecord(pushedRecord), string(p.Registry)
	var known []string
	if _, err := record.Read(&known); err != nil || slices.Contains(known, p.Record+to) {
		return err
	}
	image, _, err := s.Workspace.Engine.ImageInspect(ctx, p.Images[len(p.Images)-1])
	if err != nil {
		return err
	}
	holds := fmt.Sprintf("it contains %s, nothing from the environment and the mounted files of %s, and these variables of its image: %s",
		p.Holds, p.Service, strings.Join(variableNames(image.Env), ", "))
	if p.Yes {
		s.Note(fmt.Sprintf("%s is pushed to %s; %s", p.What, p.Registry, holds))
	} else if err := session.Agree(ctx, s.Ask, session.Consent{
		To: fmt.Sprintf("push %s to %s (%s)", p.What, to,
			holds), After: "Whoever can pull from there can read it.", Without: "--yes", Refused: "not pushed",
	}); err != nil {
		return err
	}
	return record.Write(append(known, p.Record+to))
}

// variableNames returns the names of the variables that have a value.
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

// PushImage pushes an image under another name and removes that name afterwards, so that clean finds the image by its
// own.
func PushImage(ctx context.Context, w *project.Workspace, source, ref string, log *step.Log) error {
	if err := w.Engine.Tag(ctx, source, ref); err != nil {
		return err
	}
	err := w.Engine.Push(ctx, ref, log.Line)
	return errors.Join(err, w.Engine.RemoveImage(context.WithoutCancel(ctx), ref, false))
}

// PushedOutdated returns the registries to which a repository has pushed a base with the password, and the path of the
// record that says so.
func PushedOutdated(repo *gitrepo.Repo) (registries []string, path string, err error) {
	record := repo.SharedRecord(pushedRecord)
	var known []string
	_, err = record.Read(&known)
	for _, kind := range known {
		if to, ok := strings.CutPrefix(kind, OutdatedBase); ok {
			registries = append(registries, to)
		}
	}
	return registries, record.Path(), err
}
