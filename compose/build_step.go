package compose

import (
	"context"
	"regexp"
	"strings"
)

// buildStep remembers the container in which the classic builder runs its current step. It leaves that of a failed step
// behind, and Compose does not ask it to do otherwise; BuildKit has none.
type buildStep struct{ container string }

// hear reads a line that the builder printed.
func (b *buildStep) hear(line string) {
	if _, id, ok := strings.Cut(line, "---> Running in "); ok {
		b.container = strings.TrimSpace(id)
	}
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
