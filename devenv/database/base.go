package database

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// stopTimeout is what a server gets to write everything to disk.
const stopTimeout = 2 * time.Minute

// CommitBase stops the server cleanly and commits its container as an image with the server's program, settings and data:
// a clone starts without recovery. Labels that belong to the container alone (Compose's, Testcontainers', the run's) are set
// empty, and so is the password in the environment, which a server with data does not need. The tag is put last, so that a
// half-made base is never found. An image of the same key that is there already, of another run or of one that was killed, is
// taken instead. The server can be started again with StartFirst.
func (s *Server) CommitBase(ctx context.Context, ref string, meta Meta) (Image, error) {
	if err := s.stopCleanly(ctx); err != nil {
		return Image{}, err
	}
	if known, ok, err := lookupRef(ctx, s.engine, ref); err != nil || ok && known.Meta.Key == meta.Key {
		known.Known = true
		return known, err
	}
	image, err := s.bakeAndCommit(ctx, ref, meta)
	if err != nil {
		return Image{}, report.Fail(report.KindWork, diskHint(err), "keep the database as %s: %w", ref, err)
	}
	return image, nil
}

// bakeAndCommit commits the stopped container, with the files that were mounted into it.
func (s *Server) bakeAndCommit(ctx context.Context, ref string, meta Meta) (Image, error) {
	b, err := bake(ctx, s.engine, s.ID)
	var image Image
	if err == nil {
		image, err = commit(ctx, s.engine, b.container(), ref, meta)
	}
	return image, errors.Join(err, b.clean(context.WithoutCancel(ctx), err == nil))
}

func diskHint(err error) string {
	if strings.Contains(err.Error(), "no space left") {
		return "make room: docker system df, devenv clean"
	}
	return report.HintOf(err)
}

// commit commits a stopped container and tags the result when it is known to be good.
func commit(ctx context.Context, e *engine.Engine, id, ref string, meta Meta) (Image, error) {
	meta.Version = metaVersion
	label, err := json.Marshal(meta)
	if err != nil {
		return Image{}, err
	}
	labels, err := clearedLabels(ctx, e, id)
	if err != nil {
		return Image{}, err
	}
	labels[labelBase], labels[labelKind] = string(label), kindBase
	made, err := e.Commit(ctx, id, engine.CommitOptions{Labels: labels, Changes: withoutPasswords()})
	if err != nil {
		return Image{}, err
	}
	image := Image{ID: made, Ref: ref, Meta: meta}
	if err := image.tag(ctx, e, string(label)); err != nil {
		return Image{}, errors.Join(err, e.RemoveImage(context.WithoutCancel(ctx), made, true))
	}
	return image, nil
}

// tag gives a committed image its name, when it is what it should be.
func (i Image) tag(ctx context.Context, e *engine.Engine, label string) error {
	found, ok, err := e.ImageInspect(ctx, i.ID)
	switch {
	case err != nil:
		return err
	case !ok:
		return errors.New("the committed image is gone")
	case found.Labels[labelBase] != label:
		return errors.New("the committed image does not carry its label")
	}
	return e.Tag(ctx, i.ID, i.Ref)
}

// withoutPasswords empties the variables that a server reads only when it makes its data. An empty *_FILE counts as unset.
func withoutPasswords() []string {
	return []string{"ENV POSTGRES_PASSWORD=", "ENV POSTGRES_PASSWORD_FILE="}
}

// clearedLabels are the labels that a commit must not hand on, each empty: those of Compose, of Testcontainers and of the
// run which the container has and its image has not. A commit inherits every label that is not overwritten.
func clearedLabels(ctx context.Context, e *engine.Engine, id string) (map[string]string, error) {
	container, err := e.Inspect(ctx, id)
	if err != nil {
		return nil, err
	}
	image, _, err := e.ImageInspect(ctx, container.Image)
	if err != nil {
		return nil, err
	}
	cleared := map[string]string{}
	for name, value := range container.Labels {
		if foreignLabel(name) && image.Labels[name] != value {
			cleared[name] = ""
		}
	}
	return cleared, nil
}

func foreignLabel(name string) bool {
	for _, prefix := range []string{"com.docker.compose.", "org.testcontainers", "dev.devenv."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// stopCleanly ends the server by a fast shutdown, and makes sure that it wrote everything: a server that was killed would
// have to recover in every clone.
func (s *Server) stopCleanly(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	container, err := s.engine.Inspect(ctx, s.ID)
	if err != nil {
		return err
	}
	if container.State == "running" {
		// The signal goes to the server itself: the first process may be a shell, and stop_signal may say anything.
		user := container.User
		_, err = s.engine.Exec(ctx, s.ID, engine.ExecOptions{
			User: user, Cmd: []string{"sh", "-c", `read -r pid < "$1/postmaster.pid" && kill -INT "$pid"`, "sh", dataDirectory},
		})
		if err != nil {
			return report.Fail(report.KindWork, "", "stop the database %s: %w", s.settings.Service, err)
		}
		if err := s.awaitEnd(ctx); err != nil {
			return err
		}
	}
	return s.verifyStopped(ctx)
}

// graceTime is how long a container may outlive its server: a wrapper around it may not notice.
const graceTime = 30 * time.Second

// awaitEnd waits for the container's end, and stops it where a wrapper outlives the server.
func (s *Server) awaitEnd(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, graceTime)
	defer cancel()
	if _, err := s.engine.Wait(waiting, s.ID); err == nil || ctx.Err() != nil {
		return err
	}
	return s.engine.Stop(ctx, s.ID, graceTime)
}

// Where pg_control says in which state the cluster is, and the state of one that was shut down.
const (
	controlStateAt  = 16
	controlShutdown = 1
)

// verifyStopped reads the cluster's state from its control file, without starting anything.
func (s *Server) verifyStopped(ctx context.Context) error {
	control, err := readFile(ctx, s.engine, s.ID, dataDirectory+"/global/pg_control")
	if err != nil {
		return report.Fail(report.KindWork, dumpHint, "keep the database %s: its data is not in %s: %w", s.settings.Service, dataDirectory, err)
	}
	if len(control) < controlStateAt+4 {
		return report.Fail(report.KindWork, dumpHint, "keep the database %s: its control file is broken", s.settings.Service)
	}
	state := control[controlStateAt : controlStateAt+4]
	if binary.LittleEndian.Uint32(state) != controlShutdown && binary.BigEndian.Uint32(state) != controlShutdown {
		lines, err := s.engine.Tail(ctx, s.ID, logLines)
		if err != nil {
			return err
		}
		return report.Fail(report.KindWork, dumpHint, "stop the database %s: it did not shut down cleanly", s.settings.Service).WithOutput(lines)
	}
	return nil
}

// Lookup finds a base image by its key; false when there is none, or one of another format.
func Lookup(ctx context.Context, e *engine.Engine, key string) (Image, bool, error) {
	return lookupRef(ctx, e, repository+":"+key)
}

// lookupRef finds a base image by its reference.
func lookupRef(ctx context.Context, e *engine.Engine, ref string) (Image, bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return Image{}, false, err
	}
	var meta Meta
	if json.Unmarshal([]byte(found.Labels[labelBase]), &meta) != nil || meta.Version != metaVersion {
		return Image{}, false, nil // somebody else's image, or an older devenv's
	}
	return Image{ID: found.ID, Ref: ref, Meta: meta}, true, nil
}

// Adopt gives an image that was pulled the name of the base of a key, instead of the one it was pulled by; false, and nothing
// is named, when it is not that base: another's image, another devenv's, one of another key or for another platform. tag is the
// key, with "-empty" for a base without data.
func Adopt(ctx context.Context, e *engine.Engine, ref, key, tag string) (bool, error) {
	found, ok, err := e.ImageInspect(ctx, ref)
	if err != nil || !ok {
		return false, err
	}
	var meta Meta
	if json.Unmarshal([]byte(found.Labels[labelBase]), &meta) != nil || meta.Version != metaVersion || meta.Key != key ||
		found.OS != e.Info().OS || found.Arch != e.Info().Arch {
		return false, nil
	}
	if err := e.Tag(ctx, found.ID, repository+":"+tag); err != nil {
		return false, err
	}
	return true, e.RemoveImage(ctx, ref, false)
}
