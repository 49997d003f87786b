package compose

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilesOfFindsSingleFilesOfServices(t *testing.T) {
	p, tree := load(t, `
services:
  app:
    image: app
    env_file: [{path: ./missing.env, required: false}]
    volumes: ["./a.toml:/a.toml", "./src:/src", "./gone.toml:/g.toml"]
    secrets: [key, token]
    configs: [conf, inline]
  worker:
    build: {context: ., secrets: [pip]}
    volumes: ["./a.toml:/a.toml"]
secrets: {key: {file: ./key.txt}, token: {environment: TOKEN}, pip: {file: ./pip.conf}, unused: {file: ./unused.txt}}
configs: {conf: {file: ./conf.toml}, inline: {content: text}}
`, "a.toml", "src/x", "key.txt")
	var got []string
	for _, f := range FilesOf(p) {
		rel, err := filepath.Rel(tree, f)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rel)
	}
	if diff := cmp.Diff([]string{"a.toml", "conf.toml", "key.txt", "missing.env", "pip.conf"}, got); diff != "" {
		t.Error(diff)
	}
}
