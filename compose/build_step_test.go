package compose

import (
	"strings"
	"testing"
)

func TestBuildHintsCoverMachineProblems(t *testing.T) {
	tests := map[string]struct{ said, want string }{
		"a plugin newer than the engine": {
			"Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41: driver not connecting",
			"set DOCKER_API_VERSION=1.41",
		},
		"no registry": {
			`Head "https://registry.example.org/v2/library/python/manifests/3.10": dial tcp: lookup registry.example.org: no such host`,
			"the registry cannot be reached",
		},
		"a builder that knows no RUN --mount": {
			"the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with " +
				"BuildKit enabled",
			"docker-buildx-plugin",
		},
		"a builder that knows no COPY --link": {
			"Error response from daemon: dockerfile parse error line 3: Unknown flag: link",
			"docker-buildx-plugin",
		},
		"a builder that knows no additional contexts": {"the classic builder doesn't support additional contexts; building with BuildKit " +
			"requires the buildx Docker CLI plugin", "docker-buildx-plugin"},
		"a download of a step": {
			"curl: (6) Could not resolve host: no such host",
			"try it directly: docker compose build a b",
		},
		"anything else": {"exit code: 1", "try it directly: docker compose build a b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if hint := buildHint(test.said, []string{"a", "b"}); !strings.Contains(hint, test.want) {
				t.Errorf("the hint is %q", hint)
			}
		})
	}
}
