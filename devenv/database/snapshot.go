package database

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Labels and name of a snapshot: devenv/snapshot:<repository>-<name>.
const (
	labelSnapshot      = "dev.devenv.snapshot"
	kindSnapshot       = "snapshot"
	snapshotRepository = "devenv/snapshot"
)

// SnapshotMeta describes a snapshot. It contains no secret.
type SnapshotMeta struct {
	Name string `json:"name"`
	// Repository identifies the git repository, whose worktrees share its snapshots.
	Repository string `json:"repository"`
	Service    string `json:"service"`
	// Project is the Compose project that the data came from.
	Project string    `json:"project"`
	Created time.Time `json:"created"`
	// Revisions are those in the version table; none if the server did not run.
	Revisions []string `json:"revisions,omitempty"`
	Branch    string   `json:"branch,omitempty"`
	Commit    string   `json:"commit,omitempty"`
	// Major is the server's major version.
	Major string `json:"major"`
	Bytes int64  `json:"bytes"`
	// Automatic is the command for which devenv took the snapshot, before it replaced the data.
	Automatic string `json:"automatic,omitempty"`
}

// Snapshot is an image of a user's whole cluster.
type Snapshot struct {
	SnapshotMeta
	ID, Ref string
}

// snapshotName matches what fits into an image's tag after the repository's id.
var snapshotName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)

// CheckSnapshotName rejects a name that cannot be an image's tag.
func CheckSnapshotName(name string) error {
	if snapshotName.MatchString(name) {
		return nil
	}
	return report.Fail(report.KindUsage, "use up to 100 letters, digits, dots, dashes and underscores, for example: before-rename",
		"%q is not a valid snapshot name", name)
}

// SnapshotRef returns a snapshot's image by its name.
func SnapshotRef(repository, name string) string {
	return snapshotRepository + ":" + repository + "-" + name
}

// PendingSnapshot is a snapshot in the making: the data is copied first, while the server is stopped, and becomes an
// image later.
type PendingSnapshot struct {
	store  Store
	engine *engine.Engine
	id     string
}

// Save copies the store's data, or data that it keeps under a name, into a container. The server must not run
// meanwhile, unless it is kept data. The caller must close the PendingSnapshot.
func (s Store) Save(ctx context.Context, e *engine.Engine, kept string, labels map[string]string) (*PendingSnapshot, error) {
	script := s.script(s.Image, labels, "save", dataDirectory)
	if kept != "" {
		script.Args[1] = path.Join(script.Args[1], workDirectory, Source{Kept: kept}.inStore())
	}
	script.Mounts[0].ReadOnly = true
	id, err := e.CreateScript(ctx, script)
	if err != nil {
		return nil, s.failed(err, "save the data of %s in %s", s.Service)
	}
	saving := &PendingSnapshot{store: s, engine: e, id: id}
	if _, err := e.RunToEnd(ctx, id); err != nil {
		return nil, errors.Join(s.failed(err, "save the data of %s in %s", s.Service), saving.Close(ctx))
	}
	return saving, nil
}

// Commit makes an image of the copied data and names it at the very end. A name that is taken is a KindUsage failure.
func (s *PendingSnapshot) Commit(ctx context.Context, meta SnapshotMeta) (Snapshot, error) {
	ref := SnapshotRef(meta.Repository, meta.Name)
	if err := CheckNameFree(ctx, s.engine, meta.Repository, meta.Name); err != nil {
		return Snapshot{}, err
	}
	label, err := json.Marshal(meta)
	if err != nil {
		return Snapshot{}, err
	}
	labels, err := clearedLabels(ctx, s.engine, s.id)
	if err != nil {
		return Snapshot{}, err
	}
	labels[labelSnapshot], labels[labelKind] = string(label), kindSnapshot
	image, ok, err := s.engine.ImageInspect(ctx, s.store.Image)
	if err != nil || !ok {
		return Snapshot{}, errors.Join(err, fmt.Errorf("the image of %s is gone", s.store.Service))
	}
	changes, err := restoreServer(image)
	if err != nil {
		return Snapshot{}, err
	}
	id, err := s.engine.Commit(ctx, s.id, engine.CommitOptions{Labels: labels, Changes: changes})
	if err != nil {
		return Snapshot{}, report.Fail(report.KindWork, diskHint(err), "keep the snapshot %s: %w", meta.Name, err)
	}
	if err := s.engine.Tag(ctx, id, ref); err != nil {
		return Snapshot{}, errors.Join(err, s.engine.RemoveImage(context.WithoutCancel(ctx), id, true))
	}
	return Snapshot{SnapshotMeta: meta, ID: id, Ref: ref}, nil
}

// Close removes the container that the data was copied into.
func (s *PendingSnapshot) Close(ctx context.Context) error {
	return s.engine.Remove(context.WithoutCancel(ctx), s.id)
}

// Snapshots lists a repository's snapshots, newest first.
func Snapshots(ctx context.Context, e *engine.Engine, repository string) ([]Snapshot, error) {
	images, err := e.Images(ctx, labelKind+"="+kindSnapshot)
	if err != nil {
		return nil, err
	}
	var found []Snapshot
	for _, image := range images {
		s := Snapshot{ID: image.ID, Ref: image.Ref}
		if json.Unmarshal([]byte(image.Labels[labelSnapshot]), &s.SnapshotMeta) != nil || image.Ref != SnapshotRef(repository, s.Name) {
			continue
		}
		s.Repository = repository // a pulled one was made in another repository
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b Snapshot) int { return b.Created.Compare(a.Created) })
	return found, nil
}

// AdoptSnapshot turns a pulled image into the snapshot of that name in a repository, and removes the name that it was
// pulled by. An image that is not such a snapshot, or is for another platform, is a KindWork failure and gets no name.
func AdoptSnapshot(ctx context.Context, e *engine.Engine, ref, repository, name string) (Snapshot, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return Snapshot{}, errors.Join(err, report.Fail(report.KindWork, "pull it again", "use %s: the image is gone", ref))
	}
	s := Snapshot{ID: found.ID, Ref: SnapshotRef(repository, name)}
	switch {
	case json.Unmarshal([]byte(found.Labels[labelSnapshot]), &s.SnapshotMeta) != nil, s.Name != name:
		err = report.Fail(report.KindWork, "inspect it: docker inspect "+ref, "use %s: it is not devenv's snapshot %q", ref, name)
	case found.OS != e.Info().OS, found.Arch != e.Info().Arch:
		err = report.Fail(report.KindWork, "a database's files work on their own platform only: use pg_dump",
			"use %s: it is for %s/%s", ref,
			found.OS, found.Arch)
	default:
		s.Repository = repository
		err = e.Tag(ctx, found.ID, s.Ref)
	}
	return s, errors.Join(err, e.RemoveImage(context.WithoutCancel(ctx), ref, false))
}

// SnapshotOrigin reads from an image's labels for which command devenv took a snapshot automatically, empty if
// somebody named it, and when.
func SnapshotOrigin(labels map[string]string) (automatic string, created time.Time) {
	var meta SnapshotMeta
	if json.Unmarshal([]byte(labels[labelSnapshot]), &meta) != nil {
		return "", time.Time{}
	}
	return meta.Automatic, meta.Created
}

// FindSnapshot finds a snapshot by its name. A missing one is a KindUsage failure that lists the existing ones.
func FindSnapshot(ctx context.Context, e *engine.Engine, repository, name string) (Snapshot, error) {
	all, err := Snapshots(ctx, e, repository)
	if err != nil {
		return Snapshot{}, err
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Snapshot{}, NoSuchSnapshot(name, names)
}

// NoSuchSnapshot returns the KindUsage failure for a missing snapshot; it lists the existing ones.
func NoSuchSnapshot(name string, names []string) error {
	hint := "there is none yet: devenv snapshot save " + name
	if len(names) > 0 {
		hint = "there are: " + strings.Join(names, ", ")
	}
	return report.Fail(report.KindUsage, hint, "there is no snapshot %q", name)
}

// CheckNameFree rejects a snapshot's name that is taken: KindUsage.
func CheckNameFree(ctx context.Context, e *engine.Engine, repository, name string) error {
	_, taken, err := e.ImageInspect(ctx, SnapshotRef(repository, name))
	if err != nil || !taken {
		return err
	}
	return report.Fail(report.KindUsage, "choose another name, or remove it: devenv snapshot remove "+name, "a snapshot %q already exists",
		name)
}
