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

// outsider is a place outside the data directory that belongs to a server's data: a tablespace, or a small volume, which is
// read already.
type outsider struct {
	at      string
	content []byte
}

// outsideLimit is the size in bytes above which a volume beside the data stays out of the image: archives and backups.
const outsideLimit = 64 << 20

// initScripts is where the official image takes init scripts from: of no use to a server that has its data.
const initScripts = "/docker-entrypoint-initdb.d"

// Unread reports whether a server that has its data needs nothing of what is mounted at a place: init scripts.
func Unread(target string) bool { return covers(target, []string{initScripts, dataParent}) }

// unkept returns places of the official images where a volume holds no data of a relocated server.
func unkept() []string { return []string{"/var/lib/postgresql/data", "/run/postgresql"} }

// outside finds what lies elsewhere of a server's data: what it keeps in volumes of its own, and its tablespaces.
func (s *Server) outside(ctx context.Context, server engine.Container, keep Keep) ([]outsider, error) {
	var found []outsider
	for _, m := range server.Mounts {
		if m.Type != "volume" || Unread(m.Target) || covers(m.Target, unkept()) || slices.Contains(keep.Given, m.Target) {
			continue
		}
		content, err := smallArchive(ctx, s.engine, s.ID, m.Target)
		if err != nil {
			return nil, err
		}
		if content != nil {
			found = append(found, outsider{at: m.Target, content: content})
		}
	}
	tablespaces, err := s.tablespaces(ctx)
	for _, target := range tablespaces {
		found = append(found, outsider{at: target})
	}
	return found, err
}

// tablespaces returns the directories that a stopped server's tablespaces lie in.
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

// smallArchive reads what is mounted at a place; nil when it is too much.
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

// take copies what lies outside the data directory from the server's container.
func (c *Copy) take(ctx context.Context, server string, outside []outsider) error {
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

// open returns a place's files as an archive. What a volume holds is searched for secrets.
func (c *Copy) open(ctx context.Context, server string, place outsider) (io.ReadCloser, error) {
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
