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

// buildStep tracks the classic builder's progress from what it prints. BuildKit prints none of it and leaves nothing
// behind.
type buildStep struct {
	// container runs the current step. A failed step's container stays, and Compose does not tell the builder to
	// remove it.
	container string
	// stage is the current stage's latest image; known is set when the current step reuses an image instead of making
	// one.
	stage stageImage
	known bool
	// nameless are the images of the stages before: the builder names the last stage's only.
	nameless []stageImage
}

// stageImage is the image that a build stage produced; made tells whether this build made it.
type stageImage struct {
	id   string
	made bool
}

// stepEnd matches the line that ends a step which made an image or reused one.
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
		b.stage = stageImage{} // Compose names this one
	case end != nil:
		b.stage = stageImage{end[1], !b.known}
	}
}

// endStage keeps the image that a stage produced.
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

// tooNew matches the builder's answer when the engine is older than the buildx plugin, which does not negotiate.
var tooNew = regexp.MustCompile(`client version [0-9.]+ is too new\. Maximum supported API version is ([0-9.]+)`)

// classicLacks matches the classic builder's errors about BuildKit features: RUN --mount, COPY --chmod, COPY --link.
var classicLacks = regexp.MustCompile(`option requires BuildKit|classic builder doesn't support|(?i)unknown flag: (link|mount|chmod|parents|exclude)`)

// InstallBuildx tells how to get BuildKit, which supports every Dockerfile feature.
const InstallBuildx = "install buildx: https://docs.docker.com/go/buildx/, or the package docker-buildx-plugin"

// BuildCommand begins the command with which a hint has a build tried directly.
const BuildCommand = "docker compose build "

// buildHint returns what to do about a build that failed.
func buildHint(said string, services []string) string {
	if classicLacks.MatchString(said) {
		return InstallBuildx
	}
	if engine := tooNew.FindStringSubmatch(said); engine != nil {
		return "the buildx plugin is newer than the engine: set DOCKER_API_VERSION=" + engine[1] + ", or upgrade the engine"
	}
	direct := BuildCommand + strings.Join(services, " ")
	for _, sign := range []string{"no such host", "i/o timeout", "connection refused", "network is unreachable"} {
		if strings.Contains(said, sign) && strings.Contains(said, "/v2/") {
			return "the registry cannot be reached: try again later, or load the image with docker load; after that, " + direct +
				" works as well"
		}
	}
	return "try it directly: " + direct
}

// HasBuildx reports whether Docker's buildx is installed. Without it the engine's classic builder builds images; that
// one knows neither RUN --mount nor # syntax lines.
func (c *Client) HasBuildx() bool {
	dirs := append([]string{filepath.Join(config.Dir(), "cli-plugins")}, c.cli.ConfigFile().CLIPluginsExtraDirs...)
	for _, dir := range append(dirs, "/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
		"/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins") {
		if info, err := os.Stat(filepath.Join(dir, "docker-buildx")); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

// buildsTogether reports whether BuildKit builds several images at once.
func (c *Client) buildsTogether() bool {
	wanted, err := strconv.ParseBool(os.Getenv("DOCKER_BUILDKIT"))
	return c.HasBuildx() && (err != nil || wanted)
}
