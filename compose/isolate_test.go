package compose

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

// load loads a Compose file given as text, in a tree with some files.
func load(t *testing.T, text string, files ...string) (*types.Project, string) {
	t.Helper()
	tree := t.TempDir()
	for _, f := range files {
		full := filepath.Join(tree, f)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("content of "+f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: tree, ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(text)}},
		Environment: types.Mapping{"TOKEN": "of-the-environment"},
	}, func(o *loader.Options) { o.SetProjectName("users", true) })
	if err != nil {
		t.Fatal(err)
	}
	return p, tree
}

// isolateText isolates the services of a Compose file given as text.
func isolateText(t *testing.T, text string, keep []string, services []string, files ...string) Isolated {
	t.Helper()
	p, tree := load(t, text, files...)
	before, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	iso, err := Isolate(p, Isolation{
		Name: "devenv-1", Tree: tree, Labels: map[string]string{"dev.devenv.run": "1"}, Network: "devenv-1-net",
		Services: services, Keep: keep,
		Volume: func(path string) string { return "vol:" + path }, Image: func(s string) string { return "devenv/build:" + s },
	})
	if err != nil {
		t.Fatal(err)
	}
	if after, err := p.MarshalJSON(); err != nil || string(after) != string(before) {
		t.Errorf("the given project was changed: %v\n%s", err, cmp.Diff(string(before), string(after)))
	}
	return iso
}

// dropped returns what a service does without, in the order it was dropped.
func dropped(iso Isolated) []string {
	var all []string
	for _, d := range iso.Dropped {
		all = append(all, d.What)
	}
	slices.Sort(all)
	return all
}

func TestTheUsersNamesPortsAndAddressesAreRemoved(t *testing.T) {
	iso := isolateText(t, `
services:
  web:
    image: web
    container_name: fixed
    hostname: kept
    restart: always
    ports: ["80:8080"]
    expose: ["8080"]
    mac_address: 02:42:ac:11:00:02
    networks: {front: {aliases: [www], ipv4_address: 10.9.0.5}, back: }
    logging: {driver: syslog}
    deploy: {replicas: 3, resources: {limits: {memory: 64M}}}
    profiles: [debug]
    environment: {A: "1"}
networks:
  front: {ipam: {config: [{subnet: 10.9.0.0/24}]}}
  back: {external: true, name: corporate}
`, nil, []string{"web"})
	s := iso.Project.Services["web"]
	if s.ContainerName != "" || s.Restart != "" || s.Ports != nil || s.MacAddress != "" || s.Logging != nil || len(s.Profiles) > 0 ||
		s.GetScale() != 1 {
		t.Errorf("something of the user's is left: %+v", s)
	}
	if s.Hostname != "kept" || *s.Environment["A"] != "1" || s.Deploy.Resources.Limits.MemoryBytes != 64<<20 {
		t.Errorf("something the service needs is gone: %+v", s)
	}
	want := map[string]*types.ServiceNetworkConfig{"default": {Aliases: []string{"fixed", "www"}}}
	if diff := cmp.Diff(want, s.Networks); diff != "" {
		t.Error(diff)
	}
	if n := iso.Project.Networks["default"]; len(iso.Project.Networks) != 1 || n.Name != "devenv-1-net" || !bool(n.External) {
		t.Errorf("networks: %+v", iso.Project.Networks)
	}
	if s.Labels["dev.devenv.run"] != "1" || s.CustomLabels["com.docker.compose.project"] != "devenv-1" {
		t.Errorf("labels: %v %v", s.Labels, s.CustomLabels)
	}
}

func TestEveryKindOfMountBecomesHarmless(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    volumes:
      - ./src:/app/src
      - ./src:/again:ro
      - .:/all
      - ./settings.toml:/etc/settings.toml:ro
      - ./missing:/missing
      - data:/data
      - shared:/shared
      - /anonymous
      - {type: tmpfs, target: /tmp}
      - /var/run/docker.sock:/var/run/docker.sock
      - /opt/models:/models
      - /opt/secret:/secret
volumes:
  data: {driver: nfs}
  shared: {external: true, name: corporate}
`, []string{"/opt/models"}, []string{"app"}, "src/main.py", "settings.toml")
	var got []string
	for _, m := range iso.Project.Services["app"].Volumes {
		text := m.Type + " " + m.Source + " " + m.Target
		if m.ReadOnly {
			text += " ro"
		}
		if m.Volume != nil && m.Volume.NoCopy {
			text += " nocopy"
		}
		got = append(got, text)
	}
	want := []string{
		"volume vol:src /app/src nocopy", "volume vol:src /again ro nocopy", "volume vol:. /all nocopy",
		"volume vol:missing /missing nocopy",
		"volume data /data", "volume shared /shared", "volume  /anonymous", "tmpfs  /tmp", "bind /opt/models /models ro",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"the bind of /opt/secret", "the bind of /var/run/docker.sock", "what volume data holds",
		"what volume shared holds",
	}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	if len(iso.Files) != 1 || iso.Files[0].Target != "/etc/settings.toml" || filepath.Base(iso.Files[0].Source) != "settings.toml" {
		t.Errorf("files: %+v", iso.Files)
	}
	for name, volume := range iso.Project.Volumes {
		source := strings.HasPrefix(name, "vol:")
		if bool(volume.External) != source || volume.Driver != "" || (!source && !strings.HasPrefix(volume.Name, "devenv-1-")) {
			t.Errorf("volume %s: %+v", name, volume)
		}
	}
	if len(iso.Volumes) != 3 {
		t.Errorf("volumes to fill: %+v", iso.Volumes)
	}
}

func TestHostAccessIsDroppedAndReported(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    privileged: true
    devices: ["/dev/kvm"]
    network_mode: host
    pid: host
    ipc: host
    userns_mode: host
    cgroup_parent: users
    external_links: [other]
    shm_size: 128m
    ulimits: {nofile: 1024}
    sysctls: {net.core.somaxconn: "1024"}
`, nil, []string{"app"})
	want := []string{
		"cgroup_parent", "ipc host", "network_mode host", "pid host", "privileged", "the device /dev/kvm",
		"the external link other", "userns_mode host",
	}
	if diff := cmp.Diff(want, dropped(iso)); diff != "" {
		t.Error(diff)
	}
	s := iso.Project.Services["app"]
	if s.Privileged || s.Devices != nil || s.NetworkMode != "" || s.Pid+s.Ipc+s.UserNSMode+s.CgroupParent != "" {
		t.Errorf("it still reaches into the host: %+v", s)
	}
	if s.ShmSize != 128<<20 || s.Ulimits["nofile"].Single != 1024 || s.Sysctls["net.core.somaxconn"] != "1024" {
		t.Errorf("its own limits are gone: %+v", s)
	}
}

func TestSecretsAndConfigsAreCopiedAsFiles(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    image: app
    secrets: [plain, {source: moved, target: sub/key, mode: 0400, uid: "10"}, env, corporate]
    configs: [{source: conf, target: /etc/conf}, inline]
secrets:
  plain: {file: ./plain.txt}
  moved: {file: ./moved.txt}
  env: {environment: TOKEN}
  corporate: {external: true}
configs:
  conf: {file: ./conf.toml}
  inline: {content: "inline text"}
`, nil, []string{"app"}, "plain.txt", "moved.txt", "conf.toml")
	got := map[string]string{}
	for _, f := range iso.Files {
		got[f.Target] = string(f.Content)
		if f.Target == "/run/secrets/sub/key" && (f.Mode != 0o400 || f.UID != 10) {
			t.Errorf("mode and owner: %+v", f)
		}
	}
	want := map[string]string{
		"/run/secrets/plain": "content of plain.txt", "/run/secrets/sub/key": "content of moved.txt",
		"/run/secrets/env": "of-the-environment",
		"/etc/conf":        "content of conf.toml", "/inline": "inline text",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s := iso.Project.Services["app"]; s.Secrets != nil || s.Configs != nil {
		t.Errorf("Compose would bind them as well: %v %v", s.Secrets, s.Configs)
	}
	if diff := cmp.Diff([]string{"secret corporate"}, dropped(iso)); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyChosenServicesRemainWithoutTheirDependencies(t *testing.T) {
	iso := isolateText(t, `
services:
  app:
    build: {context: ., args: {A: b}}
    depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
    links: ["db:database"]
    volumes_from: ["db:ro"]
    healthcheck: {test: ["CMD", "true"], interval: 30s, start_interval: 5s}
  db: {image: "postgres:17", volumes: ["data:/data"]}
  cache: {image: redis}
volumes: {data: }
`, nil, []string{"app"})
	if names := iso.Project.ServiceNames(); !slices.Equal(names, []string{"app"}) {
		t.Fatalf("services: %v", names)
	}
	s := iso.Project.Services["app"]
	if len(s.DependsOn) > 0 || s.Links != nil || s.Image != "devenv/build:app" || s.Build.Labels[KindLabel] != KindBuild {
		t.Errorf("%+v", s)
	}
	if len(s.Volumes) != 1 || !s.Volumes[0].ReadOnly || s.Volumes[0].Target != "/data" {
		t.Errorf("volumes_from: %+v", s.Volumes)
	}
	if !s.HealthCheck.Disable || len(s.HealthCheck.Test) > 0 {
		t.Errorf("the engine probes a scratch container: %+v", s.HealthCheck)
	}
}
