package userdata

import (
	"context"
	"errors"
	"slices"

	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/session"
	"devenv/devenv/step"
)

// PushSnapshot pushes a snapshot to a registry, under its name, replacing any image of that name. Data that a store
// keeps becomes an image first. Yes skips the question.
func PushSnapshot(ctx context.Context, s *session.Session, snapshot Snapshot, to project.Registry, yes bool, log *step.Log) error {
	image, err := makeImage(ctx, s.Workspace, snapshot)
	if err != nil {
		return err
	}
	push := Push{
		Registry: to, What: "the snapshot " + snapshot.Name, Images: []string{image},
		Holds:   "every database and every role of your own server",
		Service: snapshot.Service, Record: "the snapshot " + snapshot.Name + " to ", Yes: yes,
	}
	if err := push.Agree(ctx, s); err != nil {
		return err
	}
	return PushImage(ctx, s.Workspace, image, to.Snapshot(snapshot.Name), log)
}

// makeImage returns a snapshot's image. It makes one from kept data, under its name; then the store no longer keeps
// that.
func makeImage(ctx context.Context, w *project.Workspace, s Snapshot) (string, error) {
	if s.Image != "" {
		return s.Image, nil
	}
	all, err := readReplaced(w.Repo)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(all, func(r Replaced) bool { return r.inStore() && r.Snapshot == s.Name })
	if at < 0 {
		return "", database.NoSuchSnapshot(s.Name, nil)
	}
	store := all[at].Store
	saving, err := store.Save(ctx, w.Engine, s.Name, w.Labels())
	if err != nil {
		return "", err
	}
	made, err := saving.Commit(ctx, all[at].Meta)
	if err = errors.Join(err, saving.Close(ctx)); err != nil {
		return "", err
	}
	all[at].Store = database.Store{} // undo finds the image by its name
	if err := w.Repo.Record(replacedRecord).Write(all); err != nil {
		return "", err
	}
	return made.Ref, store.RemoveKept(ctx, w.Engine, []string{s.Name}, w.Labels())
}

// CheckUntaken refuses a name that a snapshot of the repository already has.
func CheckUntaken(ctx context.Context, w *project.Workspace, name string) error {
	return database.CheckNameFree(ctx, w.Engine, repositoryID(w.Repo), name)
}

// PullSnapshot pulls a snapshot from a registry into the repository's snapshots.
func PullSnapshot(ctx context.Context, w *project.Workspace, name string, from project.Registry, log *step.Log) (Snapshot, error) {
	ref := from.Snapshot(name)
	if err := w.Engine.Pull(ctx, ref, "", log.Line); err != nil {
		return Snapshot{}, err
	}
	pulled, err := database.AdoptSnapshot(ctx, w.Engine, ref, repositoryID(w.Repo), name)
	if err != nil {
		return Snapshot{}, err
	}
	log.Done(pulled.Ref)
	return Snapshot{SnapshotMeta: pulled.SnapshotMeta, Image: pulled.Ref}, nil
}
