package compose

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/config"
)

// buildStep remembers where the classic builder is, from what it prints; BuildKit prints none of it and leaves nothing behind.
type buildStep struct {
	// container is the one in which the current step runs: that of a failed step stays, and Compose does not ask the builder to
	// do otherwise.
	container string
	// stage is what the current one has come to; known says that the current step makes nothing, but takes what is there.
	stage stageImage
	known bool
	// nameless are those of the stages before: the builder names what the last one comes to alone.
	nameless []stageImage
}

// stageImage is the image that a stage of a build has come to; made says that this build made it.
type stageImage struct {
	id   string
	made bool
}

// stepEnd is the line with which a step ends that made an image, or took one that is there.
var stepEnd = regexp.MustCompile(`^ ---> ([0-9a-f]{12,64})$`)

// hear reads a line that the builder printed.
func (b *buildStep) hear(line string) {
	if _, id, ok := strings.Cut(line, "---> Running in "); ok {
		b.container = strings.TrimSpace(id)
		return
	}
	end := stepEnd.FindStringSubmatch(line)
	switch {
	case strings.HasPrefix(line, "Step "):
		_, instruction, _ := strings.Cut(line, " : ")
		if b.known = strings.HasPrefix(strings.ToUpper(instruction), "FROM "); b.known {
			b.endStage()
		}
	case strings.HasPrefix(line, " ---> Using cache"):
		b.known = true
	case strings.HasPrefix(line, "Successfully built "):
		b.stage = stageImage{} // Compose names it
	case end != nil:
		b.stage = stageImage{end[1], !b.known}
	}
}

// endStage keeps what a stage has come to.
func (b *buildStep) endStage() {
	if b.stage.id != "" {
		b.nameless = append(b.nameless, b.stage)
	}
	b.stage = stageImage{}
}

// removeFailed removes the container of the step that failed.
func (c *Client) removeFailed(ctx context.Context, b buildStep) error {
	if b.container == "" {
		return nil
	}
	return c.engine.Remove(context.WithoutCancel(ctx), b.container)
}

// tooNew is the builder's answer when the engine is older than the buildx plugin, which does not negotiate.
var tooNew = regexp.MustCompile(`client version [0-9.]+ is too new\. Maximum supported API version is ([0-9.]+)`)

// classicLacks are the classic builder's answers to what only BuildKit knows: RUN --mount, COPY --chmod, COPY --link.
var classicLacks = regexp.MustCompile(`option requires BuildKit|classic builder doesn't support|(?i)unknown flag: (link|mount|chmod|parents|exclude)`)

// InstallBuildx says how to get the builder that knows all that Dockerfiles may hold.
const InstallBuildx = "install buildx: https://docs.docker.com/go/buildx/, or the package docker-buildx-plugin"

// buildHint says what to do about a build that failed.
func buildHint(said string, services []string) string {
	if classicLacks.MatchString(said) {
		return InstallBuildx
	}
	if engine := tooNew.FindStringSubmatch(said); engine != nil {
		return "the buildx plugin is newer than the engine: set DOCKER_API_VERSION=" + engine[1] + ", or renew the engine"
	}
	alone := "docker compose build " + strings.Join(services, " ")
	for _, sign := range []string{"no such host", "i/o timeout", "connection refused", "network is unreachable"} {
		if strings.Contains(said, sign) && strings.Contains(said, "/v2/") {
			return "the registry cannot be reached: try again when it can, or bring the image here by docker load; then " + alone + " works, too"
		}
	}
	return "try it alone: " + alone
}

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
