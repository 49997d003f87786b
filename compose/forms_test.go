package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
)

// isolated loads a project from files and isolates all of its services, those of profiles included.
func isolated(t *testing.T, files map[string]string) (compose.Isolated, string) {
	t.Helper()
	tree := writeFiles(t, files)
	p, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: tree})
	if err != nil {
		t.Fatal(err)
	}
	iso, err := compose.Isolate(p, compose.Isolation{
		Name: "devenv-1", Tree: tree, Network: "n", Services: slices.Sorted(maps.Keys(p.AllServices())),
		Volume: func(path string) string { return "vol:" + path },
	})
	if err != nil {
		t.Fatal(err)
	}
	return iso, tree
}

func TestAProjectOfManyFilesIsolatesAsOne(t *testing.T) {
	iso, _ := isolated(t, map[string]string{
		"compose.yaml": `
include:
  - shared/db.yaml
  - path: [tools/compose.yaml]
    project_directory: tools
x-common: &common
  environment: &env {A: "1", B: "2"}
  x-note: ignored
services:
  app:
    <<: *common
    extends: {file: common/base.yaml, service: base}
    env_file: [{path: ./missing.env, required: false}, ./present.env]
    label_file: ./labels
    depends_on:
      db: {condition: service_healthy, restart: true}
      setup: {condition: service_completed_successfully}
      gone: {condition: service_started, required: false}
    ports: ["3000-3005:3000-3005", "127.0.0.1:53:53/udp", {target: 80, published: "8080", mode: host}]
  gone: {image: gone, profiles: [never]}
  setup:
    image: setup
    environment: {<<: *env, B: "3"}
`,
		"compose.override.yaml": `
services:
  app:
    ports: !override ["9999:80"]
    command: !reset null
    volumes: ["./more:/more"]
`,
		"common/base.yaml": "services: {base: {image: base, command: [x], volumes: ['./src:/src'], privileged: true}}\n",
		"shared/db.yaml":   "services: {db: {image: 'postgres:17', volumes: ['./init.sql:/init.sql']}}\n",
		"shared/init.sql":  "select 1;\n", "common/src/a.py": "", "present.env": "FROM_FILE=yes\n", "labels": "traefik.enable=true\n",
		"tools/compose.yaml": "services: {tool: {image: 'tool:${TAG}', volumes: ['./here:/here']}}\n", "tools/.env": "TAG=v1\n",
		"tools/here/x": "",
	})
	app := iso.Project.Services["app"]
	if app.Command != nil || app.Ports != nil || app.DependsOn != nil || *app.Environment["A"] != "1" ||
		*app.Environment["FROM_FILE"] != "yes" || app.Privileged {
		t.Errorf("%+v", app)
	}
	if *iso.Project.Services["setup"].Environment["B"] != "3" || iso.Project.Services["tool"].Image != "tool:v1" {
		t.Errorf("%+v", iso.Project.Services)
	}
	var volumes []string
	for _, v := range iso.Volumes {
		volumes = append(volumes, v.Path)
	}
	slices.Sort(volumes)
	if !slices.Equal(volumes, []string{"common/src", "more", "tools/here"}) {
		t.Errorf("the volumes to fill are %v", volumes)
	}
	if len(iso.Files) != 1 || iso.Files[0].Target != "/init.sql" || iso.Files[0].Service != "db" {
		t.Errorf("the files to copy are %+v", iso.Files)
	}
}

func TestTheEnginesSocketIsAlwaysDropped(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	files := map[string]string{"compose.yaml": `
services:
  app:
    image: app
    volumes:
      - /var/run/docker.sock:/a
      - /run/docker.sock:/b:ro
      - /run:/c
      - /var/run/:/d
      - /:/e
      - ~/.docker/run/docker.sock:/f
      - ./link/docker.sock:/g
      - ./link:/h
      - ../../../../../../../../run/docker.sock:/i
      - {type: bind, source: //run//docker.sock, target: /j}
      - sock:/k
    use_api_socket: true
volumes: {sock: {driver_opts: {type: none, o: bind, device: /run}}}
`}
	tree := writeFiles(t, files)
	if err := os.Symlink("/run", filepath.Join(tree, "link")); err != nil {
		t.Fatal(err)
	}
	p, err := connect(t).Load(t.Context(), compose.LoadOptions{WorkingDir: tree})
	if err != nil {
		t.Fatal(err)
	}
	iso, err := compose.Isolate(p, compose.Isolation{Name: "n", Tree: tree, Root: tree, Network: "n", Services: []string{"app"}})
	if err != nil {
		t.Fatal(err)
	}
	if s := iso.Project.Services["app"]; len(s.Volumes) > 0 || len(iso.Files) > 0 || len(iso.Volumes) > 0 || s.UseAPISocket {
		t.Errorf("it is mounted: %+v %+v", s.Volumes, iso.Files)
	}
	if len(iso.Dropped) != 12 {
		t.Errorf("not everything is reported: %v", iso.Dropped)
	}
}

func TestEverySyntaxOfAMountMeansTheSame(t *testing.T) {
	iso, _ := isolated(t, map[string]string{
		"src/a.py": "", "compose.yaml": `
services:
  short: {image: x, volumes: ["./src:/a", "./src:/b:ro,z", "./src:/c:cached", "data:/d:nocopy", "/e"]}
  long:
    image: x
    volumes:
      - {type: bind, source: ./src, target: /a}
      - {type: bind, source: ./src, target: /b, read_only: true, bind: {selinux: z}}
      - {type: bind, source: src, target: /c, consistency: cached}
      - {type: volume, source: data, target: /d, volume: {nocopy: true}}
      - {type: volume, target: /e}
volumes: {data: }
`,
	})
	of := func(service string) (all []types.ServiceVolumeConfig) {
		for _, m := range iso.Project.Services[service].Volumes {
			all = append(all, types.ServiceVolumeConfig{Type: m.Type, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly})
		}
		return all
	}
	short, long := of("short"), of("long")
	if len(short) != 5 || !slices.EqualFunc(short, long, func(a, b types.ServiceVolumeConfig) bool {
		return a.Type == b.Type && a.Source == b.Source && a.Target == b.Target && a.ReadOnly == b.ReadOnly &&
			a.Type == types.VolumeTypeVolume
	}) {
		t.Errorf("%+v\n%+v", short, long)
	}
	if !short[1].ReadOnly || short[0].Source != "vol:src" || short[3].Source != "data" || short[4].Source != "" {
		t.Errorf("%+v", short)
	}
}
