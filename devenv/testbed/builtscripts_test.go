package testbed

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/gitrepo"
	"devenv/devenv/scratch"
)

func TestOnlyScriptsTheImageRunsAreInitScripts(t *testing.T) {
	t.Parallel()
	context := t.TempDir()
	for _, file := range []string{"backend/entrypoint.sh", "db/init/1.sql", "db/init/notes.txt", "db/extra.sh"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(context, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(context, file), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ignored := "**/secret.sql\n!db/init/kept.sql\n"
	for name, content := range map[string]string{".dockerignore": ignored, "db/init/secret.sql": "SELECT 1", "secret.sql": "SELECT 2"} {
		if err := os.WriteFile(filepath.Join(context, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for dockerfile, want := range map[string][]string{
		"COPY backend/entrypoint.sh /usr/local/bin/\nCOPY db/init/ /docker-entrypoint-initdb.d/": {"db/init/1.sql"},
		"COPY --chmod=755 db/*.sh ./db/init/1.sql /docker-entrypoint-initdb.d":                   {"db/extra.sh", "db/init/1.sql"},
		`ADD ["/db/extra.sh", "/docker-entrypoint-initdb.d/01.sh"]`:                              {"db/extra.sh"},
		"COPY . /docker-entrypoint-initdb.d": {
			"backend/entrypoint.sh", "db/extra.sh", "db/init/1.sql",
		},
		"COPY --from=other /db /docker-entrypoint-initdb.d/":          nil,
		"COPY gone.sql [ /docker-entrypoint-initdb.d/":                nil,
		"COPY <<EOF /docker-entrypoint-initdb.d/1.sql\nSELECT 1\nEOF": nil,
		"# see /docker-entrypoint-initdb.d\nCOPY backend /srv":        nil,
	} {
		var service types.ServiceConfig
		service.Build = &types.BuildConfig{Context: context, DockerfileInline: "FROM postgres:17\n" + dockerfile + "\n"}
		checkout := &scratch.Checkout{Tree: &gitrepo.Tree{}, Model: &types.Project{Services: types.Services{"db": service}}}
		scripts := map[string]initScript{}
		if err := builtScripts(scripts, checkout, "db"); err != nil {
			t.Errorf("%s: %v", dockerfile, err)
		}
		if found := slices.Sorted(maps.Keys(scripts)); !slices.Equal(found, want) {
			t.Errorf("%s: %q, want %q", dockerfile, found, want)
		}
	}
}
