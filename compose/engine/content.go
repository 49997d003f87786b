package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
)

// content is what matters of an image to the containers created from it: its files, given by the uncompressed layers,
// and how they run. The id and the repository's digest do not matter: the containerd store's differ from the graph
// drivers', and it makes up a digest for what was built, imported or loaded.
type content struct {
	OS, Arch     string
	Layers       []string `json:",omitempty"` // some engines return none for an empty list
	Env          []string `json:",omitempty"`
	Cmd          []string `json:",omitempty"`
	Entrypoint   []string `json:",omitempty"`
	User         string
	WorkingDir   string
	Volumes      []string          `json:",omitempty"`
	ExposedPorts []string          `json:",omitempty"`
	Shell        []string          `json:",omitempty"`
	OnBuild      []string          `json:",omitempty"` // what a build based on it runs
	Labels       map[string]string `json:",omitempty"`
	StopSignal   string
	Healthcheck  any `json:",omitempty"`
}

// Content returns a hash of the image's layers and run configuration: the same on every engine and in both image
// stores, whatever the image is called, and whether it was pulled, built or loaded.
func (i Image) Content() (string, error) {
	written, err := json.Marshal(i.content)
	if err != nil {
		return "", fmt.Errorf("hash image %s: %w", i.Ref, err)
	}
	sum := sha256.Sum256(written)
	return hex.EncodeToString(sum[:]), nil
}

// OnBuild reports whether the image has instructions that run when another is built on it.
func (i Image) OnBuild() bool { return len(i.content.OnBuild) > 0 }

func contentOf(found image.InspectResponse) content {
	c := content{OS: found.Os, Arch: found.Architecture, Layers: found.RootFS.Layers}
	if config := found.Config; config != nil {
		c.Env, c.Cmd, c.Entrypoint = config.Env, config.Cmd, config.Entrypoint
		c.User, c.WorkingDir, c.StopSignal, c.Shell = config.User, config.WorkingDir, config.StopSignal, config.Shell
		c.OnBuild, c.Labels = config.OnBuild, config.Labels
		c.Volumes, c.ExposedPorts = slices.Sorted(maps.Keys(config.Volumes)), slices.Sorted(maps.Keys(config.ExposedPorts))
		if config.Healthcheck != nil {
			c.Healthcheck = config.Healthcheck
		}
	}
	return c
}

// platformAPI is the first API version that can inspect a multi-platform image for one of its platforms.
const platformAPI = "1.49"

// ImageFor describes an image for a platform ("linux/arm64"), empty for the engine's own; false if it does not exist,
// or only for another platform.
func (e *Engine) ImageFor(ctx context.Context, ref, platform string) (Image, bool, error) {
	if platform == "" {
		return e.ImageInspect(ctx, ref)
	}
	wanted, err := platforms.Parse(platform)
	if err != nil {
		return Image{}, false, fmt.Errorf("find image %s: %w", ref, err)
	}
	var options []client.ImageInspectOption
	if versions.GreaterThanOrEqualTo(e.Info().APIVersion, platformAPI) {
		options = append(options, client.ImageInspectWithPlatform(&wanted))
	}
	found, ok, err := e.inspectImage(ctx, ref, options...)
	if err != nil || !ok {
		return Image{}, false, err
	}
	has := platforms.Normalize(platforms.Platform{OS: found.OS, Architecture: found.Arch, Variant: found.Variant})
	return found, platforms.Only(wanted).Match(has), nil
}
