package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// mounts returns a service's mounts as text.
func mounts(s types.ServiceConfig) []string {
	var all []string
	for _, m := range s.Volumes {
		text := m.Type + " " + m.Source + " " + m.Target
		if m.ReadOnly {
			text += " ro"
		}
		all = append(all, text)
	}
	return all
}

// targets returns the paths that single files are copied to.
func targets(iso Isolated) []string {
	var all []string
	for _, f := range iso.Files {
		all = append(all, f.Service+" "+f.Target)
	}
	return all
}

func TestFilesCanBeCopiedWhateverMountCoversThem(t *testing.T) {
	tests := map[string]struct {
		service          string
		mounts, files, d []string
	}{
		"over a shared source volume, read-only or not": {
			`volumes: ["./src:/app:ro", "./a.toml:/app/a.toml", "./src:/other"]`,
			[]string{"volume vol:src-app /app", "volume vol:src /other"},
			[]string{"app /app/a.toml"},
			nil,
		},
		"over a named volume": {
			`volumes: ["data:/data:ro", "./a.toml:/data/a.toml"]`, []string{"volume data /data"}, []string{"app /data/a.toml"}, nil,
		},
		"under a tmpfs": {
			`tmpfs: ["/run:size=1m", "/tmp"], secrets: [key]`, []string{"volume  /run"}, []string{"app /run/secrets/key"}, nil,
		},
		"under a long tmpfs": {
			`volumes: [{type: tmpfs, target: /etc}, "./a.toml:/etc/a.toml"]`, []string{"volume  /etc"}, []string{"app /etc/a.toml"}, nil,
		},
		"in a read-only service": {
			`read_only: true, secrets: [key]`, nil, []string{"app /run/secrets/key"}, []string{"read_only"},
		},
		"in a kept bind, which is the host's": {
			`volumes: ["/opt/models:/models", "./a.toml:/models/a.toml"]`,
			[]string{"bind /opt/models /models ro"},
			nil,
			[]string{"the file at /models/a.toml"},
		},
		"beside a mount of a similar name": {
			`volumes: ["./src:/app:ro", "./a.toml:/app.toml"]`, []string{"volume vol:src /app ro"}, []string{"app /app.toml"}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			iso := isolateText(t, "services: {app: {image: app, "+test.service+"}}\nvolumes: {data: }\nsecrets: {key: {file: ./key.txt}}\n",
				[]string{"/opt/models"}, []string{"app"}, "src/main.py", "a.toml", "key.txt")
			s := iso.Project.Services["app"]
			if diff := cmp.Diff(test.mounts, mounts(s)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.files, targets(iso)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.d, dropped(iso)); diff != "" {
				t.Error(diff)
			}
			if s.ReadOnly {
				t.Error("the engine copies nothing into a read-only container")
			}
		})
	}
}

func TestReadOnlyServiceWithoutFilesStaysReadOnly(t *testing.T) {
	iso := isolateText(t, `services: {app: {image: app, read_only: true, tmpfs: [/run], volumes: ["./src:/src:ro"]}}`, nil, []string{"app"},
		"src/a")
	s := iso.Project.Services["app"]
	if !s.ReadOnly || !slices.Equal(s.Tmpfs, []string{"/run"}) || len(iso.Dropped) > 0 {
		t.Errorf("%v %v %v", s.ReadOnly, s.Tmpfs, iso.Dropped)
	}
}

func TestOnlyMountedSourceVolumesAreFilledAndOnce(t *testing.T) {
	iso := isolateText(t, `
services:
  app: {image: app, volumes: ["./src:/app", "./a.toml:/app/a.toml"]}
  worker: {image: worker, volumes: ["./src:/work", "./lib:/lib"]}
  web: {image: web, volumes: ["./lib:/lib"]}
`, nil, []string{"app", "worker", "web"}, "src/main.py", "lib/l.py", "a.toml")
	var filled []string
	for _, v := range iso.Volumes {
		filled = append(filled, fmt.Sprintf("%s of %s for %s", v.Name, v.Path, v.Service))
	}
	slices.Sort(filled)
	want := []string{"vol:lib of lib for web", "vol:src of src for worker", "vol:src-app of src for app"}
	if diff := cmp.Diff(want, filled); diff != "" {
		t.Error(diff)
	}
	if len(iso.Project.Volumes) != len(want) {
		t.Errorf("volumes: %v", iso.Project.Volumes)
	}
	alone := isolateText(t, `services: {app: {image: app, volumes: ["./src:/app", "./a.toml:/app/a.toml"]}}`, nil, []string{"app"}, "src/x",
		"a.toml")
	if len(alone.Volumes) != 1 || alone.Volumes[0].Name != "vol:src-app" || len(alone.Project.Volumes) != 1 {
		t.Errorf("volumes to fill: %+v of %v", alone.Volumes, alone.Project.Volumes)
	}
}

func TestVolumesOfHostDirectoriesAreTreatedLikeBinds(t *testing.T) {
	p, tree := load(t, `
services: {app: {image: app, volumes: ["in:/in", "out:/out", "ram:/ram", {type: volume, source: part, target: /part, volume: {subpath: a/b}}]}}
volumes:
  in: {driver: local, driver_opts: {type: none, o: "rw,bind", device: TREE/src}}
  out: {driver: local, driver_opts: {type: none, o: bind, device: /opt/out}}
  ram: {driver: local, driver_opts: {type: tmpfs, device: tmpfs}}
  part: {}
`, "src/a")
	in := p.Volumes["in"]
	in.DriverOpts["device"] = filepath.Join(tree, "src")
	p.Volumes["in"] = in
	iso, err := Isolate(p, Isolation{
		Name: "devenv-1", Tree: tree, Network: "n", Services: []string{"app"},
		Volume: func(path string) string { return "vol:" + path },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := iso.Project.Services["app"]
	if diff := cmp.Diff([]string{"volume vol:src /in", "volume ram /ram", "volume part /part"}, mounts(s)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"the bind of /opt/out"}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	if s.Volumes[2].Volume.Subpath != "" || p.Services["app"].Volumes[3].Volume.Subpath != "a/b" {
		t.Error("an empty volume has no subpath; the given project keeps it")
	}
	if iso.Project.Volumes["ram"].DriverOpts != nil {
		t.Errorf("volumes: %v", iso.Project.Volumes)
	}
}

func TestLinksLeadingOutOfTheTreeAreOutside(t *testing.T) {
	p, tree := load(t, `services: {app: {image: app, volumes: ["./out:/out", "./in:/in", "./out/deeper:/deeper"]}}`, "src/a")
	elsewhere := t.TempDir()
	for link, to := range map[string]string{"out": elsewhere, "in": "src"} {
		if err := os.Symlink(to, filepath.Join(tree, link)); err != nil {
			t.Fatal(err)
		}
	}
	iso, err := Isolate(p, Isolation{
		Name: "devenv-1", Tree: tree, Network: "n", Services: []string{"app"},
		Volume: func(path string) string { return "vol:" + path },
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"volume vol:src /in"}, mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
	if len(iso.Dropped) != 2 {
		t.Errorf("dropped: %v", dropped(iso))
	}
}

func TestKeptPathsIncludeWhatLiesBelow(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	iso := isolateText(t, `
services:
  app:
    image: app
    volumes: ["/srv/data/sub:/a", "/srv/database:/b", "`+home+`/.cache:/c", "/var/run/docker.sock:/s"]
`, []string{"/srv/data/", "~/.cache", "/var/run/docker.sock"}, []string{"app"})
	want := []string{"bind /srv/data/sub /a ro", "bind " + home + "/.cache /c ro", "bind /var/run/docker.sock /s ro"}
	if diff := cmp.Diff(want, mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
}

func TestMissingFileIsReportedAndMissingDirectoryEmpty(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    volumes:
      - ./local.toml:/etc/app.toml
      - ./data/pgdata:/data
      - ./.cache:/cache
      - {type: bind, source: ./must, target: /must, bind: {create_host_path: false}}
    secrets: [key]
secrets: {key: {file: ./key.txt}}
`, nil, []string{"app"})
	if diff := cmp.Diff([]string{"volume vol:data/pgdata /data", "volume vol:.cache /cache"},
		mounts(iso.Project.Services["app"])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"secret key", "the bind of local.toml", "the bind of must"}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	if text := iso.Dropped[0].String(); !strings.Contains(text, "service app runs without the bind of local.toml") ||
		!strings.Contains(text, "include: [local.toml]") {
		t.Errorf("the output is %q", text)
	}
}

func TestServiceKeepsEveryNameThatOthersUse(t *testing.T) {
	iso := isolateText(t, `
services:
  app: {image: app, links: ["cache:redis", "db"]}
  other: {image: other, links: ["cache:store"], extends: {service: basis}}
  basis: {image: basis, environment: {FROM: basis}}
  cache: {image: cache, container_name: the-cache, networks: {default: {aliases: [fast]}}}
  db: {image: postgres}
`, nil, []string{"cache", "other"})
	if got := iso.Project.Services["cache"].Networks["default"].Aliases; !slices.Equal(got,
		[]string{"fast", "redis", "store", "the-cache"}) {
		t.Errorf("the aliases are %v", got)
	}
	if s := iso.Project.Services["other"]; s.Image != "other" || *s.Environment["FROM"] != "basis" {
		t.Errorf("what it extends is lost: %+v", s)
	}
}

func TestEveryNetworkModeBecomesTheRunNetwork(t *testing.T) {
	for mode, said := range map[string]bool{"host": true, "none": true, "bridge": false, "service:db": true, "container:x": true} {
		iso := isolateText(t, `services: {app: {image: app, network_mode: "`+mode+`"}, db: {image: db}}`, nil, []string{"app"})
		s := iso.Project.Services["app"]
		if s.NetworkMode != "" || len(s.Networks) != 1 || (len(iso.Dropped) == 1) != said {
			t.Errorf("%s: %q %v %v", mode, s.NetworkMode, s.Networks, iso.Dropped)
		}
	}
}

func TestHooksDevicesAndRuntimesAreDroppedAndReported(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    post_start: [{command: ["true"]}]
    pre_stop: [{command: ["true"]}]
    gpus: all
    runtime: nvidia
    pid: "service:db"
    ipc: shareable
    volumes_from: ["container:users"]
    use_api_socket: true
    configs: [corporate]
    volumes: [{type: npipe, source: '\\.\pipe\docker_engine', target: /pipe}]
    develop: {watch: [{path: ., action: rebuild}]}
    deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}
  db: {image: db}
configs: {corporate: {external: true}}
`, nil, []string{"app"})
	want := []string{
		"GPUs", "config corporate", "pid service:db", "post_start", "pre_stop", "runtime nvidia", "the engine's socket",
		"the npipe mount at /pipe", "volumes_from container:users",
	}
	if diff := cmp.Diff(want, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	s := iso.Project.Services["app"]
	if s.PostStart != nil || s.PreStop != nil || s.Gpus != nil || s.Runtime+s.Pid != "" || s.UseAPISocket || s.Develop != nil ||
		s.Deploy != nil {
		t.Errorf("something is left: %+v", s)
	}
	if s.Ipc != "shareable" {
		t.Errorf("its own namespace is gone: %q", s.Ipc)
	}
}

func TestTheServicesOwnSettingsStay(t *testing.T) {
	text := `
services:
  app:
    image: app
    user: "1000:1000"
    working_dir: /w
    entrypoint: ["e"]
    command: ["c"]
    hostname: h
    domainname: d
    platform: linux/amd64
    dns_opt: [ndots:1]
    extra_hosts: ["x:127.0.0.1"]
    stop_signal: SIGINT
    stop_grace_period: 3s
    init: true
    tty: true
    stdin_open: true
    group_add: [audio]
    cap_drop: [ALL]
    cap_add: [CAP_SYS_NICE, ipc_lock, CHOWN]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 64m
    oom_score_adj: 100
`
	p, tree := load(t, text)
	iso, err := Isolate(p, Isolation{Name: "n", Tree: tree, Network: "n", Services: []string{"app"}})
	if err != nil {
		t.Fatal(err)
	}
	got, want := iso.Project.Services["app"], p.Services["app"]
	got.Networks, want.Networks = nil, nil
	want.HealthCheck = &types.HealthCheckConfig{Disable: true}
	want.ExtraHosts = types.HostsList{"x": {"127.0.0.1"}, engineHost: {"127.0.0.1"}}
	got.Labels, got.CustomLabels, got.Scale, got.PullPolicy = want.Labels, want.CustomLabels, want.Scale, want.PullPolicy
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownServicesAreErrors(t *testing.T) {
	p, tree := load(t, `services: {app: {image: app}}`)
	for _, services := range [][]string{nil, {"app", "missing"}} {
		if iso, err := Isolate(p, Isolation{Name: "n", Tree: tree, Network: "n", Services: services}); err == nil {
			t.Errorf("%v: %v", services, iso.Project.ServiceNames())
		}
	}
}

func TestBuildOnlyIsolationHasNoNetwork(t *testing.T) {
	p, tree := load(t, `services: {app: {build: {context: ., args: {A: b}, target: dev, network: none}, ports: ["80:80"]}}`)
	iso, err := Isolate(p, Isolation{Name: "n", Tree: tree, Services: []string{"app"}, Image: func(string) string { return "tag" }})
	if err != nil {
		t.Fatal(err)
	}
	s := iso.Project.Services["app"]
	if s.Networks != nil || s.Image != "tag" || *s.Build.Args["A"] != "b" || s.Build.Target != "dev" || s.Build.Context != tree {
		t.Errorf("%+v %+v", s, s.Build)
	}
	if p.Services["app"].Build.Labels != nil {
		t.Error("the given project was changed")
	}
}

func TestMountPointsBelowASourceAreKnown(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    volumes: [".:/srv:ro", "./logs:/srv/logs", "cache:/srv/var/cache", "/srv/node_modules", "./other.ini:/srv/app.ini", "./absent.ini:/srv/b.ini"]
    tmpfs: ["/srv/tmp:size=1m", "/elsewhere"]
  worker: {image: app, volumes: [".:/code", "./state:/code/state"]}
volumes: {cache: }
`, nil, []string{"app"}, "app.ini", "other.ini", "src/a.py")
	want := []string{"logs", "node_modules", "state", "tmp", "var/cache"}
	for _, v := range iso.Volumes {
		if strings.HasPrefix(v.Name, "vol:.") && !slices.Equal(v.MountPoints, want) {
			t.Errorf("%s has %v, not %v", v.Name, v.MountPoints, want)
		}
	}
	if len(iso.Volumes) < 2 {
		t.Errorf("the source volumes are %v", iso.Volumes)
	}
}
