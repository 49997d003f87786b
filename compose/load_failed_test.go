package compose

import (
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestWhatDoesNotLoadIsReproducedWithItsFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for want, o := range map[string]LoadOptions{
		"docker compose config": {WorkingDir: dir},
		"docker compose -f none.yaml -p 'Bad Name' --profile mail config": {
			WorkingDir: dir, Files: []string{"none.yaml"}, ProjectName: "Bad Name", Profiles: []string{"mail"},
		},
		`docker compose --project-directory 'it'\''s' --env-file .env.dev config`: {
			WorkingDir: dir, ProjectDirectory: "it's", EnvFiles: []string{".env.dev"},
		},
	} {
		err := loadFailed(errInvalid{}, o, func() []string { return nil })
		if hint := report.HintOf(err); !strings.HasSuffix(hint, want) {
			t.Errorf("%q is not the end of %q", want, hint)
		}
	}
}

type errInvalid struct{}

func (errInvalid) Error() string { return "services.api: invalid" }
