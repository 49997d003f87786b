package compose

import (
	"slices"
	"testing"
)

func TestSecretsOfAProjectAreFoundWhereverTheyStand(t *testing.T) {
	p, _ := load(t, `
services:
  app:
    image: app
    build: {context: ., args: {NPM_TOKEN: in-the-build-args}}
    environment:
      DB_PASSWORD: in-the-environment
      DATABASE_URL: postgresql://user:p%40ss%3Aword@db/app
      RAW_URL: postgresql://user:r@w:p@ss@db/app
      DSN: host=db password='in-the-dsn' dbname=app
      PASSWORD_FILE: /run/secrets/not-a-secret
      QUERY_URL: postgresql://db/app?user=u&password=in-the-query
      PUBLIC: in-the-open
      PUBLIC_URL: https://example.org/a@b?page=two
    command: ["serve", "--dsn", "postgresql://u:in-the-command@db/app", "--admin-password=in-an-option", "--requirepass", "in-the-next", "--port=8000"]
    secrets: [key]
secrets: {key: {file: ./key.txt}}
`, "key.txt")
	got := SecretsOf(p)
	for _, secret := range []string{
		"in-the-build-args", "in-the-environment", "p@ss:word", "r@w:p@ss", "in-the-dsn", "content of key.txt", "of-the-environment",
		"in-the-query", "in-the-command", "in-an-option", "in-the-next",
	} {
		if !slices.Contains(got, secret) {
			t.Errorf("%q is not known as a secret: %q", secret, got)
		}
	}
	for _, public := range []string{"in-the-open", "/run/secrets/not-a-secret", "app", "two", "8000", "serve"} {
		if slices.Contains(got, public) {
			t.Errorf("%q is taken for a secret", public)
		}
	}
}
