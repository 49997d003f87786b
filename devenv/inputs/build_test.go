package inputs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// checkout writes files, path to content, and lists them as git would; an id is the content itself.
func checkout(t testing.TB, content map[string]string) Tree {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "trees", "id")
	tree := Tree{Dir: dir, Platform: "linux/amd64"}
	for name, text := range content {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := "100644"
		var err error
		if target, link := strings.CutPrefix(text, "-> "); link {
			mode, err = "120000", os.Symlink(target, full)
		} else if text == submodule {
			mode, err = submodule, os.Mkdir(full, 0o755)
		} else {
			err = os.WriteFile(full, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		tree.Files = append(tree.Files, File{Path: name, Mode: mode, ID: text})
	}
	slices.SortFunc(tree.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return tree
}

// load loads the tree's compose.yaml.
func (t Tree) load(tb testing.TB, env ...string) *types.Project {
	tb.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(t.Dir, "compose.yaml")}, cli.WithName("devenv"), cli.WithEnv(env),
		cli.WithWorkingDirectory(t.Dir))
	if err != nil {
		tb.Fatal(err)
	}
	p, err := options.LoadProject(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// build returns what the service "app" is built from, one line for each source and image.
func build(t *testing.T, content map[string]string, env ...string) (Build, []string) {
	t.Helper()
	tree := checkout(t, content)
	b, err := tree.BuildOf(tree.load(t, env...), "app")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range b.Sources {
		var names []string
		for _, f := range p.Files {
			names = append(names, f.Path)
		}
		lines = append(lines, p.What+" "+p.Path+": "+strings.Join(names, " "))
	}
	for _, i := range b.Images {
		lines = append(lines, strings.TrimSpace("image "+i.Ref+" "+i.Platform))
	}
	return b, append(lines, b.Remote...)
}

func TestBuildListsContextsDockerfilesAndImages(t *testing.T) {
	app := func(section string) string { return "services: {app: {build: " + section + "}}" }
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"as .dockerignore leaves the context": {
			map[string]string{
				"compose.yaml": app("./back"), "back/Dockerfile": "FROM python",
				"back/.dockerignore": "Dockerfile\n.dockerignore\n# words\ndocs\n**/*.log\n!docs/kept",
				"back/main.py":       "", "back/docs/a": "", "back/docs/kept": "", "back/x/y.log": "", "back-office/main.py": "", "front/app.js": "",
			},
			[]string{"Dockerfile back/Dockerfile: back/Dockerfile", "build context back: back/docs/kept back/main.py", "image python"},
		},
		"a .dockerignore of the Dockerfile's own": {
			map[string]string{
				"compose.yaml": app("{context: ., dockerfile: docker/app}"), "docker/app": "FROM python", "docker/app.dockerignore": "*\n!src",
				".dockerignore": "src", "src/a.py": "", "b.py": "",
			},
			[]string{"Dockerfile docker/app: docker/app", "build context .: src/a.py", "image python"},
		},
		"named contexts": {
			map[string]string{
				"compose.yaml": "services:\n  app: {build: {context: app, additional_contexts: {lib: ./lib, base: service:other, tools: " +
					"docker-image://tools:1, far: https://example.org/x.git}}}\n" +
					"  other: {build: {context: other, additional_contexts: {loop: service:app}}}",
				"app/Dockerfile": "FROM base\nCOPY --from=lib / /\nCOPY --from=tools / /", "lib/a": "", "other/Dockerfile": "FROM node",
			},
			[]string{
				"Dockerfile other/Dockerfile: other/Dockerfile", "build context other: other/Dockerfile", "build context lib: lib/a",
				"Dockerfile app/Dockerfile: app/Dockerfile", "build context app: app/Dockerfile", "image node", "image tools:1",
				"https://example.org/x.git",
			},
		},
		"a Dockerfile in the Compose file": {
			map[string]string{"compose.yaml": app(`{context: app, dockerfile_inline: "FROM python"}`), "app/a": ""},
			[]string{"build context app: app/a", "image python"},
		},
		"a context that is elsewhere": {
			map[string]string{"compose.yaml": app("https://example.org/app.git")}, []string{"https://example.org/app.git"},
		},
		"a context behind a link": {
			map[string]string{"compose.yaml": app("./current"), "current": "-> v2", "v2/Dockerfile": "FROM python", "v1/Dockerfile": "FROM node"},
			[]string{"Dockerfile v2/Dockerfile: v2/Dockerfile", "build context v2: v2/Dockerfile", "image python"},
		},
		"a context in a submodule": {
			map[string]string{"compose.yaml": app("./vendor/lib/sub"), "vendor/lib": submodule},
			[]string{"Dockerfile vendor/lib/sub/Dockerfile: vendor/lib", "build context vendor/lib/sub: vendor/lib"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := build(t, c.files); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestBuildSectionDependsOnlyOnArguments(t *testing.T) {
	files := map[string]string{
		"compose.yaml": "services: {app: {build: {context: ., tags: [\"${TAG:-a}\"], args: [V]}}}",
		"Dockerfile":   "ARG V\nFROM python:$V",
	}
	one, images := build(t, files, "V=1")
	moved, _ := build(t, files, "V=1", "TAG=mine")
	other, others := build(t, files, "V=2")
	if one.Section != moved.Section || strings.Contains(one.Section, os.TempDir()) {
		t.Errorf("%s\n%s", one.Section, moved.Section)
	}
	if one.Section == other.Section || slices.Equal(images, others) {
		t.Errorf("an argument of the environment makes no difference: %s, %s", one.Section, images)
	}
}

func TestContextsBesideTheRepositoryCountByContent(t *testing.T) {
	beside := t.TempDir()
	tree := checkout(t, map[string]string{"compose.yaml": "services: {app: {build: ../shared}}"})
	tree.Elsewhere = func(p string) string {
		return strings.Replace(p, filepath.Join(filepath.Dir(tree.Dir), "shared"), beside, 1)
	}
	read := func(content string) string {
		if err := os.WriteFile(filepath.Join(beside, "a"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		b, err := tree.BuildOf(tree.load(t), "app")
		if err != nil || len(b.Sources) != 2 || b.Sources[1].Path != "<tree>/../shared" {
			t.Fatalf("%+v, %v", b, err)
		}
		return Digest(b.Sources[1].Files)
	}
	if one := read("1"); one == read("2") || one != read("1") {
		t.Error("the content makes no difference")
	}
}

func BenchmarkBuildOfALargeRepository(b *testing.B) {
	tree := checkout(b, map[string]string{
		"compose.yaml": "services: {app: {build: .}}", "Dockerfile": "FROM python",
		".dockerignore": "**/node_modules\n**/*.pyc\n**/__pycache__\n.git\ndocs\n*.log\nbuild/**\n!build/keep\n.venv\ndist",
	})
	for i := range 20_000 {
		tree.Files = append(tree.Files, File{
			Path: fmt.Sprintf("apps/part%d/src/module%d/file%d.py", i%50, i%400, i), Mode: "100644",
			ID: "0123456789012345678901234567890123456789",
		})
	}
	p := tree.load(b)
	for b.Loop() {
		build, err := tree.BuildOf(p, "app")
		if err != nil || Digest(build.Sources[1].Files) == "" {
			b.Fatal(err)
		}
	}
}
