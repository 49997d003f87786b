package compose

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// isolateTree isolates services of a project in a private tree placed like devenv's: two levels below its cache.
func isolateTree(t *testing.T, p *types.Project, tree, root string, keep []string, services ...string) Isolated {
	t.Helper()
	iso, err := Isolate(p, Isolation{
		Name: "devenv-1", Tree: tree, Root: root, Network: "n", Services: services, Keep: keep,
		Volume: func(path string) string { return "vol:" + path }, Image: func(s string) string { return "devenv/build:" + s },
	})
	if err != nil {
		t.Fatal(err)
	}
	return iso
}

func TestBuildWritesItsOwnImageAndNothingElse(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    build:
      context: .
      tags: [registry.example/app:latest, mine]
      cache_to: ["type=registry,ref=registry.example/cache", "type=local,dest=/var/cache/build"]
      cache_from: ["type=local,src=/var/cache/build"]
      secrets: [token]
    secrets: [other]
secrets: {token: {environment: TOKEN}, other: {file: ./other.txt}}
`, nil, []string{"app"}, "other.txt")
	s := iso.Project.Services["app"]
	if s.Image != "devenv/build:app" || len(s.Build.Tags)+len(s.Build.CacheTo) > 0 || len(s.Build.CacheFrom) != 1 {
		t.Errorf("%s %+v", s.Image, s.Build)
	}
	if names := slices.Sorted(maps.Keys(iso.Project.Secrets)); !slices.Equal(names, []string{"token"}) {
		t.Errorf("the secrets that a build can use are %v", names)
	}
}

func TestBuildContextServicesComeFirst(t *testing.T) {
	p, _ := load(t, `
services:
  app: {build: {context: ., additional_contexts: {base: "service:base", assets: ./assets, tools: "service:tools"}}}
  base: {build: {context: ., additional_contexts: {os: "service:os"}}}
  tools: {build: {context: ., additional_contexts: {os: "service:os"}}}
  os: {build: ., profiles: [never]}
  other: {build: .}
`)
	if got := BuildContexts(p, "app", "other"); !slices.Equal(got, []string{"os", "base", "tools"}) {
		t.Errorf("they are %v", got)
	}
}

func TestTheUsersLabelsAreRemoved(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    labels: {traefik.enable: "true", ofelia.job-exec.x.command: reboot}
    deploy: {labels: {a: b}}
    label_file: ./labels
`, nil, []string{"app"}, "labels")
	if diff := cmp.Diff(types.Labels{"dev.devenv.run": "1"}, iso.Project.Services["app"].Labels); diff != "" {
		t.Error(diff)
	}
}

func TestNamesPointingOutsideTheRunAreDropped(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    extra_hosts: ["database.local:host-gateway", "host.docker.internal:host-gateway", "cache.local:10.9.0.7", "site:127.0.0.1", "far:192.0.2.1"]
    networks: [front]
  cache: {image: cache, networks: {front: {ipv4_address: 10.9.0.7}}}
networks: {front: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}
`, nil, []string{"app", "cache"})
	want := types.HostsList{"host.docker.internal": {"127.0.0.1"}, "site": {"127.0.0.1"}}
	if diff := cmp.Diff(want, iso.Project.Services["app"].ExtraHosts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"extra_hosts database.local", "extra_hosts far", "extra_hosts host.docker.internal"},
		dropped(iso)); diff != "" {
		t.Error(diff)
	}
	if got := iso.Project.Services["cache"].Networks["default"].Aliases; !slices.Equal(got, []string{"cache.local"}) {
		t.Errorf("the aliases are %v", got)
	}
}

func TestVolumesFromIsTransitiveAndSurvivesCycles(t *testing.T) {
	p, tree := load(t, `
services:
  app: {image: app, volumes_from: [middle], volumes: ["own:/c"]}
  middle: {image: middle, volumes: ["./src:/a"]}
  data: {image: data, volumes: ["data:/b", "data:/c", "data:/a"], profiles: [tools]}
volumes: {data: , own: }
`, "src/x")
	middle, data := p.Services["middle"], p.Services["data"]
	if data.Name == "" {
		data = p.DisabledServices["data"]
	}
	middle.VolumesFrom, data.VolumesFrom = []string{"data:ro"}, []string{"app"}
	p.Services["middle"] = middle
	delete(p.Services, "data")
	p.DisabledServices = types.Services{"data": data}
	iso := isolateTree(t, p, tree, "", nil, "app")
	if diff := cmp.Diff([]string{"volume vol:src /a", "volume data /b ro", "volume own /c"},
		mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
}

func TestAKeptPathIsReadOnly(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    volumes: [{type: bind, source: /opt/models, target: /m, bind: {create_host_path: true, propagation: shared, selinux: Z}}]
`, []string{"/opt/models"}, []string{"app"})
	m := iso.Project.Services["app"].Volumes[0]
	if !m.ReadOnly || !cmp.Equal(m.Bind, &types.ServiceVolumeBind{}) {
		t.Errorf("the kept path is mounted as %+v %+v", m, m.Bind)
	}
}

func TestVolumesOfOutsideDataAreEmptyAndReported(t *testing.T) {
	iso := isolateText(t, `
services: {app: {image: app, volumes: ["net:/net", "plugin:/plugin", "ram:/ram", "plain:/plain", "disk:/disk"]}}
volumes:
  net: {driver_opts: {type: nfs, o: "addr=10.0.0.1,rw", device: ":/exports"}}
  plugin: {driver: rexray}
  ram: {driver_opts: {type: tmpfs, device: tmpfs}}
  plain: {driver: local, name: fixed}
  disk: {driver_opts: {type: ext4, device: /dev/sdb1}}
`, nil, []string{"app"})
	if diff := cmp.Diff([]string{"what volume disk holds", "what volume net holds", "what volume plugin holds"}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	for name, v := range iso.Project.Volumes {
		if v.Driver != "" || v.DriverOpts != nil || v.Name != "devenv-1-"+name || bool(v.External) {
			t.Errorf("volume %s is %+v", name, v)
		}
	}
}

func TestDirectoryVolumesKeepReadOnlyAndSubpath(t *testing.T) {
	p, tree := load(t, `
services: {app: {image: app, volumes: ["in:/in", {type: volume, source: in, target: /part, volume: {subpath: sub/x}}]}}
volumes: {in: {driver_opts: {type: none, o: "rbind,ro", device: /x}}}
`, "src/sub/x/a")
	p.Volumes["in"].DriverOpts["device"] = filepath.Join(tree, "src")
	iso := isolateTree(t, p, tree, "", nil, "app")
	if diff := cmp.Diff([]string{"volume vol:src /in ro", "volume vol:src/sub/x /part ro"},
		mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
}

func TestPathsBesideTheRepositoryResolveBesideTheWorktree(t *testing.T) {
	cache, root := t.TempDir(), filepath.Join(t.TempDir(), "work", "project")
	tree := filepath.Join(cache, "trees", "1-branch")
	if err := os.MkdirAll(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	beside, above := filepath.Join(cache, "trees", "shared"), filepath.Join(cache, "more")
	p := &types.Project{Name: "x", Services: types.Services{"app": {
		Name: "app", WorkloadSpec: types.WorkloadSpec{Build: &types.BuildConfig{
			Context: beside, AdditionalContexts: types.Mapping{"more": above, "url": "https://example.org/x.git"},
		}},
		ContainerSpec: types.ContainerSpec{Volumes: []types.ServiceVolumeConfig{
			{Type: "bind", Source: beside, Target: "/shared"},
			{Type: "bind", Source: above, Target: "/more"},
			{Type: "bind", Source: "/opt/x", Target: "/x"},
		}},
	}}}
	work := filepath.Dir(root)
	iso := isolateTree(t, p, tree, root, []string{filepath.Join(work, "shared")}, "app")
	s := iso.Project.Services["app"]
	if diff := cmp.Diff([]string{"bind " + filepath.Join(work, "shared") + " /shared ro"}, mounts(s)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"the bind of /opt/x", "the bind of " + filepath.Join(filepath.Dir(work), "more")},
		dropped(iso)); diff != "" {
		t.Error(diff)
	}
	if s.Build.Context != filepath.Join(work, "shared") ||
		s.Build.AdditionalContexts["more"] != filepath.Join(filepath.Dir(work), "more") ||
		s.Build.AdditionalContexts["url"] != "https://example.org/x.git" {
		t.Errorf("it is built from %s and %v", s.Build.Context, s.Build.AdditionalContexts)
	}
}

func TestWorkingTreeTellsTheTypeOfMissingSources(t *testing.T) {
	p, tree := load(t, `
services:
  app:
    image: app
    volumes: ["./file:/f", "./dir.x:/d", "./.env:/app/.env", "./conf.d:/etc/conf.d", "./pg:/pg"]
`)
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "dir.x"), 0o755); err != nil {
		t.Fatal(err)
	}
	iso := isolateTree(t, p, tree, root, nil, "app")
	if diff := cmp.Diff([]string{"volume vol:dir.x /d", "volume vol:conf.d /etc/conf.d", "volume vol:pg /pg"},
		mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"the bind of .env", "the bind of file"}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
}

func TestUnavailableSecretsSayWhy(t *testing.T) {
	iso := isolateText(t, `
services:
  app: {image: app, user: postgres, secrets: [unset, gone, {source: key, mode: 0400}, certs]}
  own: {image: app, user: "70:71", secrets: [{source: key, mode: 0400}]}
secrets:
  unset: {environment: NOT_SET_ANYWHERE}
  gone: {file: ./gone.txt}
  key: {file: ./key.txt}
  certs: {file: ./certs}
`, nil, []string{"app", "own"}, "key.txt", "certs/ca.pem")
	reasons := map[string]string{}
	for _, d := range iso.Dropped {
		reasons[d.What] = d.Why
	}
	want := map[string]string{
		"secret unset": "the environment variable NOT_SET_ANYWHERE is not set",
		"secret gone":  "its file gone.txt does not exist; create it as the project's documentation describes",
	}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"volume vol:certs /run/secrets/certs ro"}, mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
	modes := map[string]FileMount{}
	for _, f := range iso.Files {
		modes[f.Service] = f
	}
	if modes["app"].Mode != 0o444 || modes["own"].Mode != 0o400 || modes["own"].UID != 70 || modes["own"].GID != 71 {
		t.Errorf("a user must be able to read its secret: %+v", iso.Files)
	}
}
