package compose

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// holds reports whether one of the texts of a kind contains content.
func holds(texts []Text, kind TextKind, content string) bool {
	return slices.ContainsFunc(texts, func(t Text) bool { return t.Kind == kind && strings.Contains(t.Content, content) })
}

func TestTextsCoverEveryPlaceOfASecret(t *testing.T) {
	p, _ := load(t, `
services:
  app:
    image: app
    build: {context: ., args: {NPM_TOKEN: in-the-build-args}}
    environment: {DB_PASSWORD: in-the-environment}
    labels: {traefik.auth: in-a-label}
    logging: {driver: splunk, options: {splunk-token: in-the-logging}}
    command: ["serve", "--dsn", "postgresql://u:in-the-command@db/app"]
    healthcheck: {test: [CMD, check, --token, in-the-healthcheck]}
    post_start: [{command: [login, in-a-hook]}]
    secrets: [key]
    configs: [file, inline]
volumes: {share: {driver_opts: {o: "username=u,password=in-a-volume"}}}
secrets: {key: {file: ./key.txt}, named: {environment: OF_THE_ENVIRONMENT}}
configs: {file: {file: ./config.ini}, inline: {content: "password = in-a-config"}}
x-mail: {password: in-an-extension}
`, "key.txt", "config.ini")
	texts := TextsOf(p)
	for _, part := range []string{
		"in-the-build-args", "in-the-environment", "in-a-label", "in-the-logging", "in-the-command", "in-the-healthcheck", "in-a-hook",
		"in-a-volume",
		"in-a-config", "content of config.ini", "in-an-extension",
	} {
		if !holds(texts, TextFile, part) {
			t.Errorf("%q is in no text", part)
		}
	}
	if !holds(texts, TextSecret, "content of key.txt") {
		t.Error("the secret's file is in no text")
	}
}

func TestTextsBeforeNeedsNoLoadableProject(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"compose.yaml": "services: {app: {env_file: [conf/app.env], ports: [broken", ".env": "DB_PW=of-the-dotenv",
		"conf/app.env": "X_PW=of-the-envfile",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts := TextsBefore(LoadOptions{WorkingDir: dir})
	for _, part := range []string{"ports: [broken", "of-the-dotenv", "of-the-envfile"} {
		if !holds(texts, TextFile, part) {
			t.Errorf("%q is in no text", part)
		}
	}
}
