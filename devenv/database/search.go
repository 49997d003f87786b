package database

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// leaks returns a failure that tells where a secret was found, and what to do, but never the secret.
func leaks(where, hint string) error {
	return report.Fail(report.KindWork, hint, "a secret of the Compose project is in the image: %s", where)
}

// builtIn is what to do about a secret in the service's own image.
const builtIn = "it comes from the service's own image: pass it to the build as a secret (RUN --mount=type=secret), not as an " +
	"argument, by ENV or in a file"

// CheckSecrets searches an image for secrets before it is shared: its JSON, its history, and its files outside the
// data directory. A secret is a KindWork failure that tells where it is.
func CheckSecrets(ctx context.Context, e *engine.Engine, ref string, secrets Secrets, labels map[string]string) (err error) {
	base, _, err := lookupRef(ctx, e, ref)
	if err != nil {
		return err
	}
	secrets = secrets.without(base.Meta.words())
	if err := describes(ctx, e, ref, secrets); err != nil || len(secrets) == 0 {
		return err
	}
	id, err := e.CreateScript(ctx, engine.Script{Image: ref, Text: "true", Labels: labels}) // it is never started
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Remove(context.WithoutCancel(ctx), id)) }()
	files, err := e.Export(ctx, id)
	if err != nil {
		return err
	}
	defer files.Close() //nolint:errcheck // only read from
	found, err := secrets.inArchive(files, dataDirectory)
	switch {
	case err != nil:
		return fmt.Errorf("search the files of %s for secrets: %w", ref, err)
	case found != "":
		return leaks("its file "+path.Join("/", found), builtIn)
	}
	return nil
}

// describes searches an image's JSON and its history.
func describes(ctx context.Context, e *engine.Engine, ref string, secrets Secrets) error {
	d, err := e.Describe(ctx, ref)
	if err != nil {
		return err
	}
	at, err := secrets.inJSON(d.JSON)
	if err != nil {
		return fmt.Errorf("search the JSON of %s for secrets: %w", ref, err)
	}
	if at != "" {
		return leaks("its JSON, at "+at, builtIn)
	}
	for n, command := range d.History {
		if secrets.in(command) {
			return leaks(fmt.Sprintf("its history, %d steps before the last", n), builtIn)
		}
	}
	return nil
}

// search searches the files that the container has beyond its image, except the data.
func (c *Copy) search(ctx context.Context) error {
	changed, err := c.engine.Changed(ctx, c.id)
	if err != nil {
		return err
	}
	for _, place := range changed {
		isParent := func(other string) bool { return within(other, place) }
		if isBelow(place, c.unsearched...) || slices.ContainsFunc(changed, isParent) {
			continue
		}
		found, err := c.holds(ctx, place)
		if err != nil {
			return err
		}
		if found {
			return leaks("its file "+place, "keep it out of what the service's image and its volumes hold")
		}
	}
	return nil
}

// isBelow reports whether a path is one of some places, or below one.
func isBelow(name string, places ...string) bool {
	return slices.ContainsFunc(places, func(place string) bool { return name == place || within(name, place) })
}

// holds reports whether one file contains a secret. Directories are skipped: their files are changes of their own.
func (c *Copy) holds(ctx context.Context, place string) (bool, error) {
	stream, err := c.engine.CopyFrom(ctx, c.id, place)
	if err != nil {
		return false, err
	}
	defer stream.Close() //nolint:errcheck // only read from
	archive := tar.NewReader(stream)
	entry, err := archive.Next()
	if err != nil || entry.Typeflag == tar.TypeDir {
		return false, err
	}
	found, err := c.secrets.finder().read(archive)
	return found || c.secrets.in(entry.Linkname), err
}

// inArchive returns the first file of a tar archive that contains a secret in its content or its link, ignoring what
// is below some paths.
func (s Secrets) inArchive(from io.Reader, but ...string) (string, error) {
	if len(s) == 0 {
		return "", nil
	}
	finder := s.finder()
	for archive := tar.NewReader(from); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		place := path.Join("/", entry.Name)
		if isBelow(place, but...) {
			continue
		}
		found, err := finder.read(archive)
		if err != nil {
			return "", err
		}
		if found || s.in(entry.Linkname) {
			return strings.TrimPrefix(place, "/"), nil
		}
	}
}
