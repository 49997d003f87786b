package example

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExamplesAreFoundByTheirWords(t *testing.T) {
	for _, c := range []struct{ files, file, want string }{
		{".env.example .env.ci.example", ".env", ".env.example"},
		{"example.env", ".env", "example.env"},
		{".env.example.docker .env.example", ".env.docker", ".env.example.docker"},
		{"env.dev", ".env.dev", "env.dev"},
		{".env.dist", "web.env", ".env.dist"},
		{"a.env.dist b.env.dist", "web.env", ""},
		{".git .env.example infra/.env.aws.template", "infra/.env", ".env.example"},
		{".env.example infra/compose.yml", "infra/.env", ""}, // no repository contains both
		{".env.example infra/.git", "infra/.env", ""},
	} {
		root := t.TempDir()
		for _, name := range strings.Fields(c.files) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want := c.want
		if want != "" {
			want = filepath.Join(root, want)
		}
		if got := Of(filepath.Join(root, c.file)); got != want {
			t.Errorf("%s of %s: %q, want %q", c.file, c.files, got, want)
		}
	}
}
