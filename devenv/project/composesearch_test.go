package project

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose"
	"devenv/devenv/discover"
	"devenv/devenv/report"
)

// What a Compose file of these tests contains: both is Postgres beside a service that builds the code.
const (
	both     = "services: {db: {image: 'postgres:17'}, app: {build: CODE}}"
	mounting = "services: {db: {image: 'postgres:17'}, app: {image: acme, volumes: ['CODE:/srv']}}"
	storage  = "services: {db: {image: 'postgis/postgis:16-3.4'}}"
	code     = "services: {app: {build: CODE, env_file: absent.env, ports: ['${UNSET}:80']}}"
	neither  = "services: {grafana: {image: grafana}}"
	broken   = "services: [{"

	ini        = "[alembic]\nscript_location = m\n"
	dockerfile = "FROM x\nCOPY . .\n"
)

// TestTheComposeFileIsFoundOrAQuestion lists a repository's Compose files, with what they contain, and the expected
// result.
func TestTheComposeFileIsFoundOrAQuestion(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		from  string
		want  string // the project directory, and the files if Compose's own search does not find them
		why   string
		asks  string // texts of the question, separated by |
	}{
		{name: "at the root", files: map[string]string{"docker-compose.yml": neither}, want: ".", why: byCompose},
		{name: "from a directory below", files: map[string]string{"docker-compose.yml": both}, from: "backend", want: "."},
		{
			name: "at the root, others below", want: ".",
			files: map[string]string{"compose.yaml": both, "deploy/docker-compose.yml": both, "tests/compose.yml": both},
		},
		{
			name: "in a directory, with its override", want: "app", why: "the only Compose file in the repository",
			files: map[string]string{"app/docker-compose.yml": neither, "app/docker-compose.override.yml": code},
		},
		{
			name: "words in a path mean nothing", want: "deployment/example",
			why:   "the only one of 2 Compose files with Postgres beside a service that builds the code",
			files: map[string]string{"deployment/example/docker-compose.yml": both, "profiling/docker-compose.yml": neither},
		},
		{
			name: "the one that builds the code beside Postgres", want: "b",
			files: map[string]string{"a/compose.yaml": storage, "b/compose.yaml": both, "c/compose.yaml": code, "d/compose.yaml": broken},
		},
		{
			name: "the one whose service has the migrations", want: "b", why: "has the migrations",
			files: map[string]string{
				"a/compose.yaml": both, "b/compose.yaml": both, "b/alembic.ini": ini, "b/Dockerfile": dockerfile,
				"a/Dockerfile": dockerfile,
			},
		},
		{
			name: "the one that mounts the migrations", want: ". compose.dev.yml", why: "mounts the migrations",
			files: map[string]string{"compose.dev.yml": mounting, "compose.prod.yml": both, "alembic.ini": ini},
		},
		{
			name: "a usual name before another", want: "app",
			files: map[string]string{"app/docker-compose.yml": both, "app/docker-compose.prod.yml": both},
		},
		{name: "the only one with Postgres", want: "a", files: map[string]string{"a/compose.yaml": storage, "b/compose.yaml": neither}},
		{
			name: "an unusual name", want: "docker docker/compose-local.yaml",
			files: map[string]string{"docker/compose-local.yaml": both, "docker/compose-ci.yaml": code},
		},
		{
			name: "a name of another kind", want: ". local.yml", why: "the only Compose file in the repository",
			files: map[string]string{"local.yml": both, "config/services.yaml": "services: {mailer: {class: Mailer}}"},
		},
		{
			name: "two names of another kind", asks: "{files: [local.yml]}|{files: [production.yml]}",
			files: map[string]string{"local.yml": both, "production.yml": both},
		},
		{
			name: "two names at the root", asks: "compose.yaml, docker-compose.yml|compose: {files: [docker-compose.yml]}",
			files: map[string]string{"compose.yaml": both, "docker-compose.yml": both},
		},
		{
			name: "two names at the root, the second is whole", asks: "{files: [compose.yaml]}|{files: [docker-compose.yml]}",
			files: map[string]string{"compose.yaml": neither, "docker-compose.yml": both},
		},
		{
			name: "two names at the root, only Compose's is whole", want: ".", why: byCompose,
			files: map[string]string{"compose.yaml": both, "docker-compose.yml": neither},
		},
		{
			name: "two projects", asks: "{files: [billing/docker-compose.yml]}|{files: [shop/docker-compose.yml]}",
			files: map[string]string{"shop/docker-compose.yml": both, "billing/docker-compose.yml": both, "docs/compose.yml": neither},
		},
		{
			name: "two unusual names", asks: "docker-compose.dev.yml|docker-compose.local.yml",
			files: map[string]string{"docker-compose.dev.yml": both, "docker-compose.local.yml": both},
		},
		{
			name: "lines are relative to the configuration", from: "app", asks: "compose: {files: [docker-compose.dev.yml]}",
			files: map[string]string{"app/.devenv.yaml": "\n", "app/docker-compose.dev.yml": both, "app/docker-compose.local.yml": both},
		},
		{
			name: "nothing", asks: "path/to/compose.yaml", files: map[string]string{
				"README.md": "", "node_modules/x/docker-compose.yml": both, ".github/docker-compose.yml": both, "composer.json": "{}",
				"{{name}}/docker-compose.yml": both,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := write(t, c.files)
			found, err := searchIn(root, filepath.Join(root, c.from)).find()
			if c.asks != "" {
				asked(t, err, strings.Split(c.asks, "|"))
				return
			}
			all := append([]string{InRepository(root, found.WorkingDir)}, relativeTo(root, found.Files)...)
			got := strings.Join(all, " ")
			if err != nil || got != c.want || !strings.Contains(found.from, c.why) {
				t.Errorf("found %q (%s), want %q (%s): %v", got, found.from, c.want, c.why, err)
			}
		})
	}
}

func TestAnIncompleteComposeFileNamesTheOther(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // texts of the hint, separated by |; empty: it stays
	}{
		{
			name: "another has all", want: "compose.yaml has no Postgres|x/local.compose.yml has Postgres beside|" +
				"compose: {files: [x/local.compose.yml]}|otherwise as before",
			files: map[string]string{"compose.yaml": neither, "x/local.compose.yml": both},
		},
		{
			name: "another completes it", want: "db.compose.yml has Postgres|compose: {files: [compose.yaml, db.compose.yml]}",
			files: map[string]string{"compose.yaml": code, "db.compose.yml": storage},
		},
		{name: "it is whole", files: map[string]string{"compose.yaml": both, "other.compose.yml": both}},
		{name: "whole with its override", files: map[string]string{"compose.yaml": code, "compose.override.yaml": both}},
		{name: "no other has more", files: map[string]string{"compose.yaml": code, "other.compose.yml": neither}},
	} {
		root := write(t, c.files)
		search := searchIn(root, root)
		stacks, err := search.stacks()
		if err != nil {
			t.Fatal(err)
		}
		hint := search.elsewhere(stacks, compose.LoadOptions{WorkingDir: root}.Found(), "as before")
		for _, text := range strings.Split(c.want, "|") {
			if !strings.Contains(hint, text) || c.want == "" && hint != "as before" {
				t.Errorf("%s: the hint is %q", c.name, hint)
			}
		}
	}
}

// write writes files into a new repository. CODE in a Compose file is its own directory.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		target := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(strings.ReplaceAll(content, "CODE", ".")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// searchIn returns a search in a repository all of whose files are listed.
func searchIn(root, dir string) composeSearch {
	return composeSearch{dir: dir, root: root, stacks: func() (*discover.Stacks, error) {
		var paths []string
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				paths = append(paths, InRepository(root, path))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return discover.NewStacks(discover.Tree{Dir: root, Paths: paths}, nil)
	}}
}

// asked fails the test unless the error is a question that contains all the texts.
func asked(t *testing.T, err error, texts []string) {
	t.Helper()
	if err == nil || report.KindOf(err) != report.KindUsage {
		t.Fatalf("not a question: %v", err)
	}
	for _, text := range texts {
		if message := err.Error() + "\n" + report.HintOf(err); !strings.Contains(message, text) {
			t.Errorf("%q is missing in:\n%s", text, message)
		}
	}
}

func relativeTo(root string, files []string) []string {
	var out []string
	for _, f := range files {
		out = append(out, InRepository(root, f))
	}
	return out
}
