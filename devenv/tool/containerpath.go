package tool

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
	"devenv/migrations"
)

// RepositoryPath returns a path in the tool's container as one relative to the repository: through the service's bind
// mounts, or else through the directories of revisions.
func (t *Tool) RepositoryPath(container string) (string, error) {
	if !path.IsAbs(container) {
		container = path.Join(t.Workdir, container)
	}
	service := t.checkout.Model.Services[t.settings.Service]
	best, mapped := 0, ""
	for _, mount := range service.Volumes {
		rest, ok := Below(mount.Target, container)
		if mount.Type != types.VolumeTypeBind || !ok || len(mount.Target) <= best {
			continue
		}
		if rel, ok := inside.Rel(t.checkout.Tree.Dir(), filepath.Join(mount.Source, filepath.FromSlash(rest))); ok {
			best, mapped = len(mount.Target), filepath.ToSlash(rel)
		}
	}
	if mapped != "" {
		return mapped, nil
	}
	return t.copiedPath(container)
}

// copiedPath returns the repository's path of a file of which the image contains a copy: the tool's directories of
// revisions are the repository's, in the same order, and what is below its configuration is there at the same place.
func (t *Tool) copiedPath(container string) (string, error) {
	var directories []string
	if located, ok := t.Tool.(migrations.Located); ok {
		directories = located.Directories()
	}
	for i, dir := range directories {
		if rest, ok := Below(dir, container); ok && i < len(t.settings.Versions) {
			return path.Join(t.settings.Versions[i], rest), nil
		}
	}
	if rest, ok := Below(path.Dir(t.configPath), container); ok && t.configPath != "" {
		mapped := path.Join(path.Dir(t.settings.Config), rest)
		if _, err := os.Stat(filepath.Join(t.checkout.Tree.Dir(), filepath.FromSlash(mapped))); err == nil {
			return mapped, nil
		}
	}
	return "", fmt.Errorf("find %s of the container in the repository: no bind mount and no directory of revisions contains it", container)
}

// Below returns the rest of a path below a directory, both absolute in a container; false if it is not below it.
func Below(dir, p string) (string, bool) {
	dir, p = path.Clean(dir), path.Clean(p)
	if dir == p {
		return "", true
	}
	return strings.CutPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}
