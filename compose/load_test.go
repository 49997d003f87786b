package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
)

// connect returns a client that the test closes.
func connect(t *testing.T) *compose.Client {
	t.Helper()
	enginetest.Require(t)
	client, err := compose.Connect(t.Context(), compose.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

// writeFiles writes files by name into a new directory.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// variables returns a service's environment as plain text.
func variables(p *types.Project, service string) map[string]string {
	all := map[string]string{}
	for name, value := range p.Services[service].Environment {
		if value != nil {
			all[name] = *value
		}
	}
	return all
}

func TestAProjectLoadsAsComposeFindsIt(t *testing.T) {
	client := connect(t)
	dir := writeFiles(t, map[string]string{
		"app/compose.yaml": `
services:
  web:
    image: "web:${TAG}"
    env_file: [web.env]
    environment: {OF_THE_PROCESS: , PASSED: "${FROM_PROCESS}", HERE: "${PWD}"}
    volumes: ["./src:/src"]
  debugger: {image: debugger, profiles: [debug]}
`,
		"app/compose.override.yaml": "services: {web: {environment: {OVERRIDDEN: \"yes\"}}}",
		"app/.env":                  "TAG=of-the-tree\n",
		"app/web.env":               "FROM_FILE=\"quoted ${TAG}\"\n",
		"app/src/main.py":           "",
	})
	t.Setenv("FROM_PROCESS", "process")
	t.Setenv("OF_THE_PROCESS", "passed through")
	tree := filepath.Join(dir, "app")
	p, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: filepath.Join(tree, "src"), ProjectName: "given"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "given" || p.WorkingDir != tree || p.Services["web"].Image != "web:of-the-tree" {
		t.Errorf("the project is %s in %s with %s", p.Name, p.WorkingDir, p.Services["web"].Image)
	}
	want := map[string]string{
		"OVERRIDDEN": "yes", "FROM_FILE": "quoted of-the-tree", "PASSED": "process", "OF_THE_PROCESS": "passed through",
		"HERE": filepath.Join(tree, "src"),
	}
	if got := variables(p, "web"); !maps.Equal(got, want) {
		t.Errorf("its variables are %v", got)
	}
	if v := p.Services["web"].Volumes[0]; v.Source != filepath.Join(tree, "src") {
		t.Errorf("a relative bind is %s", v.Source)
	}
	if names := p.ServiceNames(); !slices.Equal(names, []string{"web"}) {
		t.Errorf("its services are %v", names)
	}
}

func TestFlagsAndVariablesChooseFilesProfilesAndDirectory(t *testing.T) {
	client := connect(t)
	dir := writeFiles(t, map[string]string{
		"one.yaml": "services: {a: {image: \"a:${TAG:-none}\", volumes: [\"./x:/x\"]}}",
		"two.yaml": "services: {b: {image: b, profiles: [more]}}",
		"other":    "TAG=other\n",
		"here/x/y": "",
	})
	one, two := filepath.Join(dir, "one.yaml"), filepath.Join(dir, "two.yaml")
	check := func(o compose.LoadOptions, image, source string, services ...string) {
		t.Helper()
		o.ProjectName, o.WorkingDir = "p", dir
		p, err := client.Load(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		a := p.Services["a"]
		if got := p.ServiceNames(); !slices.Equal(got, services) || a.Image != image || a.Volumes[0].Source != source {
			t.Errorf("services %v, image %s, bind of %s", got, a.Image, a.Volumes[0].Source)
		}
	}
	check(compose.LoadOptions{Files: []string{one, two}}, "a:none", filepath.Join(dir, "x"), "a")
	check(compose.LoadOptions{Files: []string{one, two}, Profiles: []string{"more"}}, "a:none", filepath.Join(dir, "x"), "a", "b")
	check(compose.LoadOptions{
		Files: []string{one}, ProjectDirectory: filepath.Join(dir, "here"), EnvFiles: []string{filepath.Join(dir, "other")},
	}, "a:other", filepath.Join(dir, "here", "x"), "a")
	t.Run("by .env", func(t *testing.T) {
		dir := writeFiles(t, map[string]string{
			".env": "COMPOSE_FILE=sub/a.yaml:b.yaml\n", "compose.yaml": "services: {c: {image: c}}",
			"sub/a.yaml": "services: {a: {image: a, volumes: [\"./x:/x\"]}}", "b.yaml": "services: {b: {image: b}}",
		})
		p, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: dir, ProjectName: "p"})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.ServiceNames(); !slices.Equal(got, []string{"a", "b"}) || p.WorkingDir != filepath.Join(dir, "sub") {
			t.Errorf("services %v in %s", got, p.WorkingDir)
		}
	})
	t.Setenv("COMPOSE_FILE", one+string(os.PathListSeparator)+two)
	t.Setenv("COMPOSE_PROFILES", "more")
	t.Setenv("COMPOSE_ENV_FILES", "other")
	check(compose.LoadOptions{}, "a:other", filepath.Join(dir, "x"), "a", "b")
}

func TestLoadFailureSaysWhyWithoutQuotingValues(t *testing.T) {
	client := connect(t)
	const secret = "hunter2"
	service := "services: {web: {image: web, env_file: [web.env], environment: {A: \"${A}\"}}}"
	tests := map[string]struct {
		files map[string]string
		says  string
	}{
		"no file":         {map[string]string{"readme": ""}, "find the Compose file"},
		"no YAML":         {map[string]string{"compose.yaml": "services: [\n"}, "compose.yaml"},
		"unknown key":     {map[string]string{"compose.yaml": "services: {web: {image: web, imagine: x}}"}, "imagine"},
		"unknown service": {map[string]string{"compose.yaml": "services: {web: {image: web, depends_on: [db]}}"}, "db"},
		"required":        {map[string]string{"compose.yaml": "services: {web: {image: \"${NEEDED_HERE:?say which}\"}}"}, "say which"},
		"interpolation": {
			map[string]string{"compose.yaml": "services: {web: {image: web, environment: {P: \"" + secret + "${\"}}}"},
			"services.web.environment.P",
		},
		"broken .env": {
			map[string]string{"compose.yaml": service, ".env": "A=1\nPASS*WORD " + secret + "\n", "web.env": ""},
			"line 2",
		},
		"unterminated": {
			map[string]string{"compose.yaml": service, ".env": "A=1\nP=\"" + secret + "\n", "web.env": ""},
			"unterminated",
		},
		"missing env file": {map[string]string{"compose.yaml": service}, "web.env"},
		"number": {
			map[string]string{"compose.yaml": "services: {web: {image: web, mem_swappiness: \"" + secret + "\"}}"},
			"mem_swappiness",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: writeFiles(t, test.files), ProjectName: "p"})
			if err == nil || report.KindOf(err) != report.KindUsage || report.HintOf(err) == "" ||
				!strings.Contains(err.Error(), test.says) {
				t.Fatalf("the failure is %v, its hint %q", err, report.HintOf(err))
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the failure quotes a value: %v", err)
			}
		})
	}
}

func TestMissingEnvFileHintNamesItsExample(t *testing.T) {
	client := connect(t)
	service := "services: {web: {image: web, env_file: [web.env]}}"
	mount := "services: {web: {image: web, volumes: [\"${DATA}:/data\"]}}"
	tests := map[string]struct {
		files     map[string]string
		from, to  string
		otherHint string
	}{
		"its name and a word": {
			map[string]string{"compose.yaml": service, "web.env.example": "", "db.env.example": ""},
			"web.env.example",
			"web.env", "",
		},
		"the only example": {map[string]string{"compose.yaml": service, "sample.env": "A=1"}, "sample.env", "web.env", ""},
		"several, none its name": {
			map[string]string{"compose.yaml": service, "a.env.sample": "", "b.env.sample": ""},
			"", "",
			"include: […]",
		},
		"no example":             {map[string]string{"compose.yaml": service}, "", "", "include: […]"},
		"no .env":                {map[string]string{"compose.yaml": mount, ".env.dist": "DATA=./data"}, ".env.dist", ".env", ""},
		"a .env and its example": {map[string]string{"compose.yaml": mount, ".env": "", ".env.dist": ""}, "", "", "set what is needed in"},
		"of two, the one with only its words": {
			map[string]string{"compose.yaml": mount, ".env.ci.example": "", ".env.example": ""},
			".env.example", ".env", "",
		},
		"its words in another order": {
			map[string]string{"compose.yaml": service, ".env.example": "", ".env.example.web": ""},
			".env.example.web", "web.env", "",
		},
		"its words without the dot": {
			map[string]string{"compose.yaml": strings.ReplaceAll(service, "web.env", ".env.dev"), "env.dev": ""},
			"env.dev", ".env.dev", "",
		},
		"that of the repository above it": {
			map[string]string{
				"compose.yaml": strings.ReplaceAll(service, "web.env", "infra/.env"), ".git": "", ".env.example": "",
				"infra/.env.aws.template": "",
			},
			".env.example", "infra/.env", "",
		},
		"none from above the repository": {
			map[string]string{"compose.yaml": strings.ReplaceAll(service, "web.env", "infra/.env"), "infra/.git": "", ".env.example": ""},
			"", "", "include: […]",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := writeFiles(t, test.files)
			_, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: dir, ProjectName: "p"})
			want := test.otherHint
			if want == "" {
				want = "cp " + filepath.Join(dir, test.from) + " " + filepath.Join(dir, test.to)
			}
			if err == nil ||
				!strings.HasSuffix(report.HintOf(err), want) && (test.otherHint == "" || !strings.Contains(report.HintOf(err), want)) {
				t.Errorf("the failure is %v, its hint %q; want %q in it", err, report.HintOf(err), want)
			}
		})
	}
}

func TestConnectUsesTheNamedEngine(t *testing.T) {
	host := "unix://" + filepath.Join(t.TempDir(), "docker.sock")
	connect := func(o compose.ConnectOptions) error {
		_, err := compose.Connect(t.Context(), o)
		return err
	}
	err := connect(compose.ConnectOptions{Context: "no-such-context"})
	if err == nil || report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "no-such-context") {
		t.Errorf("an unknown context: %v", err)
	}
	if err := connect(compose.ConnectOptions{Host: host}); err == nil || report.KindOf(err) != report.KindWork ||
		!strings.Contains(err.Error(), host) {
		t.Errorf("by flag: %v", err)
	}
	t.Setenv("DOCKER_HOST", host)
	if err := connect(compose.ConnectOptions{}); err == nil || !strings.Contains(err.Error(), host) {
		t.Errorf("by variable: %v", err)
	}
	t.Setenv("DOCKER_HOST", "nonsense://")
	if err := connect(compose.ConnectOptions{}); err == nil || strings.Contains(err.Error(), "/var/run/docker.sock") {
		t.Errorf("an address that is none: %v", err)
	}
}
