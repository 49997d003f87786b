package database

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"devenv/compose/engine"
)

// outsideFiles are part of a server's data but outside the data directory: a tablespace, or a small volume, which has
// been read already.
type outsideFiles struct {
	at      string
	content []byte
}

// outsideLimit is the size in bytes above which a volume beside the data stays out of the image: it holds archives or
// backups.
const outsideLimit = 64 << 20

// initScripts is where the official image looks for init scripts; a server that has its data does not need them.
const initScripts = "/docker-entrypoint-initdb.d"

// UnusedByClone reports whether a server that has its data ignores what is mounted at target: init scripts.
func UnusedByClone(target string) bool { return covers(target, []string{initScripts, dataParent}) }

// IsInitScript reports whether an image of Postgres runs a file mounted at target when it makes a new database.
func IsInitScript(target string) bool { return within(target, initScripts) }

// volumesWithoutData returns volume paths of the official images that hold no data once it has been moved.
func volumesWithoutData() []string { return []string{"/var/lib/postgresql/data", "/run/postgresql"} }

// outside finds a server's data outside the data directory: in volumes of its own, and in tablespaces.
func (s *Server) outside(ctx context.Context, server engine.Container, keep CopyOptions) ([]outsideFiles, error) {
	var found []outsideFiles
	for _, m := range server.Mounts {
		if m.Type != "volume" || UnusedByClone(m.Target) || covers(m.Target, volumesWithoutData()) ||
			slices.Contains(keep.Given, m.Target) {
			continue
		}
		content, err := smallArchive(ctx, s.engine, s.ID, m.Target)
		if err != nil {
			return nil, err
		}
		if content != nil {
			found = append(found, outsideFiles{at: m.Target, content: content})
		}
	}
	tablespaces, err := s.tablespaces(ctx)
	for _, target := range tablespaces {
		found = append(found, outsideFiles{at: target})
	}
	return found, err
}

// tablespaces returns the directories of a stopped server's tablespaces.
func (s *Server) tablespaces(ctx context.Context) ([]string, error) {
	stream, err := s.engine.CopyFrom(ctx, s.ID, dataDirectory+"/pg_tblspc")
	if err != nil {
		return nil, err
	}
	defer stream.Close() //nolint:errcheck // only read from
	var targets []string
	for archive := tar.NewReader(stream); ; {
		entry, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return targets, nil
		case err != nil:
			return nil, err
		case entry.Typeflag == tar.TypeSymlink && !within(entry.Linkname, dataDirectory):
			targets = append(targets, entry.Linkname)
		}
	}
}

// smallArchive reads what is mounted at target; nil if it is too large.
func smallArchive(ctx context.Context, e *engine.Engine, id, target string) ([]byte, error) {
	stream, err := e.CopyFrom(ctx, id, target)
	if err != nil {
		return nil, err
	}
	defer stream.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(stream, outsideLimit+1))
	if err != nil || len(content) > outsideLimit {
		return nil, err
	}
	return content, nil
}

// copyOutside copies files outside the data directory from the server's container.
func (c *Copy) copyOutside(ctx context.Context, server string, outside []outsideFiles) error {
	for _, place := range outside {
		content, err := c.open(ctx, server, place)
		if err != nil {
			return err
		}
		err = c.engine.CopyTo(ctx, c.id, path.Dir(place.at), content)
		if err = errors.Join(err, content.Close()); err != nil {
			return fmt.Errorf("keep the files of %s: %w", place.at, err)
		}
	}
	return nil
}

// open returns files as an archive. The content of a volume is searched for secrets.
func (c *Copy) open(ctx context.Context, server string, place outsideFiles) (io.ReadCloser, error) {
	c.unsearched = append(c.unsearched, place.at)
	if place.content == nil {
		return c.engine.CopyFrom(ctx, server, place.at)
	}
	found, err := c.secrets.inArchive(bytes.NewReader(place.content))
	if err == nil && found != "" {
		err = leaks("its file "+path.Join(path.Dir(place.at), found), "keep it out of the volume that the service mounts at "+place.at)
	}
	return io.NopCloser(bytes.NewReader(place.content)), err
}
