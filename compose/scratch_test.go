package compose_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

// scratch is a project of one service as a scratch container, created and removed by the test.
type scratch struct {
	*testing.T
	client  *compose.Client
	id      string
	service types.ServiceConfig // of the Compose file
}

// newScratch creates the scratch container of service app in a Compose file, with some files in its tree.
func newScratch(t *testing.T, text string, files map[string]string) scratch {
	t.Helper()
	enginetest.Images(t, "debian:trixie-slim")
	tree := t.TempDir()
	files["compose.yaml"] = text
	for name, content := range files {
		full := filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	client, err := compose.Connect(t.Context(), compose.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := scratch{T: t, client: client}
	name := "devenv-test-" + strings.NewReplacer("/", "-", "_", "-").Replace(strings.ToLower(t.Name()))
	labels := map[string]string{"dev.devenv.test.compose": name}
	t.Cleanup(func() {
		if _, err := client.Engine().Sweep(context.WithoutCancel(t.Context()), "dev.devenv.test.compose="+name); err != nil {
			t.Error(err)
		}
	})
	project, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: tree, ProjectName: "users"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Engine().CreateNetwork(t.Context(), name, labels); err != nil {
		t.Fatal(err)
	}
	iso, err := compose.Isolate(project, compose.Isolation{
		Name: name, Tree: tree, Labels: labels, Network: name, Services: []string{"app"},
		Volume: func(path string) string { return name + "-" + strings.ReplaceAll(path, "/", "-") },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range iso.Volumes {
		app := iso.Project.Services["app"]
		if err := client.FillVolume(t.Context(), compose.Fill{
			Volume: v.Name, Dir: filepath.Join(tree, v.Path), Image: app.Image,
			MountPoints: v.MountPoints, User: app.User, Labels: labels,
		}); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := client.Create(t.Context(), iso)
	if err != nil {
		t.Fatal(err)
	}
	s.id, s.service = ids["app"], project.Services["app"]
	if err := client.Engine().Start(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a shell command in the container and returns what it prints.
func (s scratch) run(script string) string {
	s.Helper()
	var out bytes.Buffer
	code, err := s.client.Engine().Exec(s.Context(), s.id,
		engine.ExecOptions{Cmd: []string{"sh", "-c", script}, Stdout: &out, Stderr: &out})
	if err != nil || code != 0 {
		s.Fatalf("%s: exit %d, %v\n%s", script, code, err, out.String())
	}
	return out.String()
}

func TestTreeFilesBelongToTheServicesUser(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    user: "1234:1234"
    command: sleep infinity
    read_only: true
    volumes: ["./src:/src", "./one.txt:/etc/one.txt"]
    secrets: [key]
    tmpfs: [/etc, /run]
secrets: {key: {file: ./key.txt}}
`, map[string]string{"src/deep/main.py": "print()", "one.txt": "one", "key.txt": "k3y"})
	got := s.run("cat /src/deep/main.py; stat -c ' %u:%g' /src/deep/main.py; touch /src/new && echo writable")
	if got != "print() 1234:1234\nwritable\n" {
		t.Errorf("%q", got)
	}
}

func TestSingleFilesAndSecretsAreCopiedIn(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    volumes: ["./one.txt:/etc/one.txt"]
    secrets: [key]
secrets: {key: {file: ./key.txt}}
`, map[string]string{"one.txt": "one", "key.txt": "k3y"})
	if got := s.run("cat /etc/one.txt /run/secrets/key; stat -c ' %a' /run/secrets/key"); got != "onek3y 444\n" {
		t.Errorf("%q", got)
	}
}
