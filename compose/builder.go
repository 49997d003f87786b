package compose

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/docker/cli/cli/config"
)

// HasBuildx says whether Docker's buildx is installed; without it images are built by the engine's classic builder, which knows
// no RUN --mount and no # syntax line.
func (c *Client) HasBuildx() bool {
	dirs := append([]string{filepath.Join(config.Dir(), "cli-plugins")}, c.cli.ConfigFile().CLIPluginsExtraDirs...)
	for _, dir := range append(dirs, "/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins") {
		if info, err := os.Stat(filepath.Join(dir, "docker-buildx")); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

// buildsTogether says whether several images are built at once, by BuildKit.
func (c *Client) buildsTogether() bool {
	wanted, err := strconv.ParseBool(os.Getenv("DOCKER_BUILDKIT"))
	return c.HasBuildx() && (err != nil || wanted)
}

// ContextName is the Docker context in use.
func (c *Client) ContextName() string { return c.cli.CurrentContext() }
