package compose_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
)

func TestMissingImageIsNamedAndNotPulled(t *testing.T) {
	client := connect(t)
	name, labels := testNames(t, client)
	p := &types.Project{Name: "p", Services: types.Services{"app": {
		Name:          "app",
		ContainerSpec: types.ContainerSpec{Image: "127.0.0.1:1/no/such:image"},
	}}}
	iso, err := compose.Isolate(p,
		compose.Isolation{Name: name, Tree: t.TempDir(), Labels: labels, Network: name, Services: []string{"app"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Create(t.Context(), iso)
	if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), "127.0.0.1:1/no/such:image") ||
		strings.Contains(err.Error(), "refused") || report.HintOf(err) == "" {
		t.Errorf("the failure is %v, its hint %q", err, report.HintOf(err))
	}
}

// testNames creates a network named after the test, and at the end sweeps everything that carries the labels.
func testNames(t *testing.T, client *compose.Client) (string, map[string]string) {
	t.Helper()
	name := "devenv-test-" + strings.NewReplacer("/", "-", "_", "-").Replace(strings.ToLower(t.Name()))
	labels := map[string]string{"dev.devenv.test.compose": name}
	t.Cleanup(func() {
		if _, err := client.Engine().Sweep(context.Background(), "dev.devenv.test.compose="+name); err != nil {
			t.Error(err)
		}
	})
	if _, err := client.Engine().CreateNetwork(t.Context(), name, labels); err != nil {
		t.Fatal(err)
	}
	return name, labels
}

func TestEverythingCreatedBelongsToTheScratchProject(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    container_name: users-own
    ports: ["5432:5432"]
    restart: always
    volumes: ["data:/data", /anonymous, "./src:/src:ro"]
volumes: {data: {name: users-data}}
`, map[string]string{"src/a": "a"})
	e := s.client.Engine()
	c, err := e.Inspect(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	name := "devenv-test-" + strings.ToLower(t.Name())
	if c.Name != name+"-app-1" || len(c.Ports) != 0 || c.Labels["dev.devenv.test.compose"] != name {
		t.Errorf("the container is %s with ports %v and labels %v", c.Name, c.Ports, c.Labels)
	}
	if len(c.Networks) != 1 || !slices.Contains(c.Networks[name].Aliases, "app") ||
		!slices.Contains(c.Networks[name].Aliases, "users-own") {
		t.Errorf("its networks are %v", c.Networks)
	}
	if got := s.run("touch /src/b 2>/dev/null || echo read-only; touch /data/x /anonymous/x"); got != "read-only\n" {
		t.Errorf("the output is %q", got)
	}
	if _, err := e.Sweep(t.Context(), "dev.devenv.test.compose="+name); err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Mounts {
		// The volume is gone, or it could not be recreated with another label.
		if err := e.CreateVolume(t.Context(), m.Name, map[string]string{"dev.devenv.test.compose": name}); err != nil {
			t.Errorf("the volume at %s: %v", m.Target, err)
		}
	}
	if left, err := e.Resources(t.Context(), "com.docker.compose.project="+name); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestScratchContainerStartsAlmostAtOnce compares with a plain container, which is just as slow to create on this
// machine.
func TestScratchContainerStartsAlmostAtOnce(t *testing.T) {
	began := time.Now()
	plain(t)
	once := time.Since(began)
	began = time.Now()
	s := newScratch(t, "services: {app: {image: \"debian:trixie-slim\", command: sleep infinity, volumes: [\"./src:/src\"]}}",
		map[string]string{"src/a": "a"})
	took := time.Since(began)
	t.Logf("connected, loaded, filled, created and started in %s, a plain container in %s", took, once)
	if took > 15*once { // about three times
		t.Errorf("creating %.12s took %s, a plain container %s", s.id, took, once)
	}
}

// plain creates, starts and removes a container.
func plain(t *testing.T) {
	t.Helper()
	e := enginetest.Require(t)
	id, err := e.CreateScript(t.Context(), engine.Script{Image: "debian:trixie-slim", Text: "exec sleep infinity"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Start(t.Context(), id), e.Remove(context.WithoutCancel(t.Context()), id)); err != nil {
		t.Fatal(err)
	}
}

// build loads a project of one service with a Dockerfile, builds it, and returns the builder's output.
func build(t *testing.T, dockerfile string) (*compose.Client, string, []string, error) {
	t.Helper()
	client := connect(t)
	name, labels := testNames(t, client)
	tree := writeFiles(t, map[string]string{
		"compose.yaml": "services: {app: {build: {context: ., network: none}}}",
		"Dockerfile":   dockerfile, "file": "content",
	})
	p, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: tree, ProjectName: "users"})
	if err != nil {
		t.Fatal(err)
	}
	tag := "devenv-test/" + name + ":x"
	iso, err := compose.Isolate(p, compose.Isolation{
		Name: name, Tree: tree, Labels: labels, Services: []string{"app"}, Image: func(string) string { return tag },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Engine().RemoveImage(context.Background(), tag, true); err != nil {
			t.Error(err)
		}
	})
	var lines []string
	err = client.Build(t.Context(), iso.Project, []string{"app"}, func(line string) { lines = append(lines, line) })
	return client, tag, lines, err
}

func TestBuiltServiceGetsItsTagAndLabel(t *testing.T) {
	client, tag, lines, err := build(t, "FROM debian:trixie-slim\nCOPY file /copied\nRUN echo spoken $((40+2)) times\n")
	if err != nil {
		t.Fatal(err)
	}
	image, ok, err := client.Engine().ImageInspect(t.Context(), tag)
	if err != nil || !ok || image.Labels[compose.KindLabel] != compose.KindBuild {
		t.Errorf("the image is %+v, %v, %v", image, ok, err)
	}
	if !strings.Contains(strings.Join(lines, "\n"), "spoken 42 times") {
		t.Errorf("the builder printed %q", lines)
	}
}

// TestStageImagesAreNamedAfterTheirBuild so that they are known to be devenv's; images that existed before are not
// named.
func TestStageImagesAreNamedAfterTheirBuild(t *testing.T) {
	stages := "FROM debian:trixie-slim AS one\nRUN echo %[1]s > /one\nFROM debian:trixie-slim AS two\nRUN echo %[1]s > /two\n" +
		"RUN echo %[1]s > /three\n"
	stages = fmt.Sprintf(stages, rand.Text())
	client, tag, _, err := build(t, stages+"FROM debian:trixie-slim\nCOPY --from=two /two /three /\nCOPY --from=one /one /\n")
	if err != nil {
		t.Fatal(err)
	}
	repository, version, _ := strings.Cut(tag, ":")
	named := func(version, pattern string) []engine.StoredImage {
		t.Helper()
		found, err := client.Engine().TaggedImages(context.WithoutCancel(t.Context()), repository, version+pattern)
		if err != nil {
			t.Fatal(err)
		}
		// another suite's image on the same engine may have a mark of use that matches, and no such name
		return slices.DeleteFunc(found, func(i engine.StoredImage) bool { return len(i.Names) == 0 })
	}
	t.Cleanup(func() {
		for _, image := range named("*", "-stage*") {
			if err := client.Engine().RemoveImage(context.Background(), image.Names[0], false); err != nil {
				t.Error(err)
			}
		}
	})
	if found := named(version, "--app-stage*"); len(found) != 2 {
		t.Errorf("of the two stages before the last, these have names: %+v", found)
	}
	if found := named(version, "--app-stage1"); len(found) != 1 {
		t.Errorf("the second stage is named %+v", found)
	} else if builder, stage := compose.StageOf(found[0].Names[0]); builder != "" || stage != "app-stage1" {
		t.Errorf("the second stage is %q of %q", stage, builder)
	}
}

func TestFailedBuildShowsItsLastLines(t *testing.T) {
	client, tag, _, err := build(t, "FROM debian:trixie-slim\nENV MADE="+rand.Text()+"\nRUN echo it goes $((40+2)) ways wrong && false\n")
	if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), "build app") {
		t.Fatalf("the failure is %v", err)
	}
	if last := strings.Join(report.OutputOf(err), "\n"); !strings.Contains(last, "it goes 42 ways wrong") {
		t.Errorf("its last lines are %q", last)
	}
	left := tag + "--app-stage0"
	if _, named, err := client.Engine().ImageInspect(t.Context(), left); err != nil || !named {
		t.Errorf("its result has no name: %v, %v", named, err)
	}
	if err := client.Engine().RemoveImage(t.Context(), left, false); err != nil {
		t.Error(err)
	}
}

func TestVolumeGetsTreeFilesWithoutGit(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    volumes: [".:/all", "./missing:/missing"]
`, map[string]string{".git": "gitdir: /elsewhere", "a b/ü.txt": "x", "run.sh": "#!/bin/sh", "real/f": "f", "sub/.git": "gitdir: sub", "src/a.py": "", "src/b.py": ""})

	got := s.run("cd /all && find . | LC_ALL=C sort | tr '\\n' ' '; stat -c %a 'a b' run.sh | tr '\\n' ' '; ls -A /missing; id -u")
	if want := "./a b ./a b/ü.txt ./compose.yaml ./real ./real/f ./run.sh ./src ./src/__pycache__ ./src/a.py ./src/b.py ./sub ./sub/.git " +
		"755 644 0\n"; got != ". "+want {
		t.Errorf("it contains %q", got)
	}
}

func TestFileModesIgnoreTheUmask(t *testing.T) {
	client := connect(t)
	name, labels := testNames(t, client)
	tree := writeFiles(t, map[string]string{"d/plain": "", "d/program": ""})
	for file, mode := range map[string]os.FileMode{"d": 0o700, "d/plain": 0o600, "d/program": 0o700} {
		if err := os.Chmod(filepath.Join(tree, file), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("plain", filepath.Join(tree, "d/link")); err != nil {
		t.Fatal(err)
	}
	if err := client.FillVolume(t.Context(), compose.Fill{
		Volume: name, Dir: tree, Image: "debian:trixie-slim", User: "www-data",
		Labels: labels,
	}); err != nil {
		t.Fatal(err)
	}
	s := scratch{T: t, client: client}
	iso, err := compose.Isolate(&types.Project{Name: "p", Services: types.Services{"app": {
		Name: "app", ContainerSpec: types.ContainerSpec{
			Image: "debian:trixie-slim", Command: types.ShellCommand{"sleep", "infinity"}, User: "www-data",
			Volumes: []types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: tree, Target: "/t"}},
		},
	}}}, compose.Isolation{
		Name: name, Tree: tree, Labels: labels, Network: name, Services: []string{"app"},
		Volume: func(string) string { return name },
	})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := client.Create(t.Context(), iso)
	if err != nil {
		t.Fatal(err)
	}
	if s.id = ids["app"]; client.Engine().Start(t.Context(), s.id) != nil {
		t.Fatal("the container does not start")
	}
	want := "/t 755 www-data\n/t/d 755 www-data\n/t/d/link 777 www-data\n/t/d/plain 644 www-data\n/t/d/program 755 www-data\n"
	if got := s.run("find /t | LC_ALL=C sort | xargs stat -c '%n %a %U'"); got != want {
		t.Errorf("it contains %s", got)
	}
}

func TestMountsBelowAReadOnlyOneExist(t *testing.T) {
	s := newScratch(t, `
services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    volumes: [".:/app:ro", "./logs:/app/logs", "/app/var/cache"]
    tmpfs: /app/tmp
`, map[string]string{"a.py": ""})
	const want = "__pycache__\na.py\ncompose.yaml\nlogs\ntmp\nvar\n1\n"
	if got := s.run("cd /app && touch logs/x var/cache/x tmp/x && ls; touch x 2>&1 | grep -c Read-only"); got != want {
		t.Errorf("it contains %q", got)
	}
}
