package database

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

func env(pairs ...string) types.MappingWithEquals { return types.NewMappingWithEquals(pairs) }

func project(svc types.ServiceConfig) *types.Project {
	svc.Name, svc.Image = "db", "postgres:17"
	return &types.Project{Services: types.Services{"db": svc}}
}

func TestSettingsComeFromTheService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		service types.ServiceConfig
		change  func(*types.Project)
		want    Settings
	}{
		"nothing set": {want: Settings{User: "postgres", Database: "postgres", Port: 5432}},
		"the official names": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: env("POSTGRES_USER=u", "POSTGRES_PASSWORD=p@:/%",
				"POSTGRES_DB=d", "PGPORT=6000")}},
			want: Settings{User: "u", Password: "p@:/%", Database: "d", Port: 6000},
		},
		"the database is named after the user": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: env("POSTGRES_USER=u")}},
			want:    Settings{User: "u", Database: "u", Port: 5432},
		},
		"Bitnami's names": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: env(
				"POSTGRESQL_USERNAME=u", "POSTGRESQL_PASSWORD=p", "POSTGRESQL_DATABASE=d", "POSTGRESQL_PORT_NUMBER=6001")}},
			want: Settings{User: "u", Password: "p", Database: "d", Port: 6001},
		},
		"a secret from a file": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{
				Environment: env("POSTGRES_PASSWORD_FILE=/run/secrets/pw"), Secrets: []types.ServiceSecretConfig{{Source: "pw"}},
			}},
			change: func(p *types.Project) { p.Secrets = types.Secrets{"pw": {File: file}} },
			want:   Settings{User: "postgres", Password: "from file", Database: "postgres", Port: 5432},
		},
		"a secret from the environment, elsewhere": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{
				Environment: env("POSTGRES_PASSWORD_FILE=/etc/pw"), Secrets: []types.ServiceSecretConfig{{Source: "pw", Target: "/etc/pw"}},
			}},
			change: func(p *types.Project) {
				p.Secrets, p.Environment = types.Secrets{"pw": {Environment: "PW"}}, types.Mapping{"PW": "from env"}
			},
			want: Settings{User: "postgres", Password: "from env", Database: "postgres", Port: 5432},
		},
		"a file that is mounted": {
			service: types.ServiceConfig{ContainerSpec: types.ContainerSpec{
				Environment: env("POSTGRES_PASSWORD_FILE=/pw/password"),
				Volumes:     []types.ServiceVolumeConfig{{Type: "bind", Source: dir, Target: "/pw"}},
			}},
			want: Settings{User: "postgres", Password: "from file", Database: "postgres", Port: 5432},
		},
		"-p in the command": {
			service: command("postgres", "-p", "7000"),
			want:    Settings{User: "postgres", Database: "postgres", Port: 7000},
		},
		"-p7001 in the command": {service: command("-p7001"), want: Settings{User: "postgres", Database: "postgres", Port: 7001}},
		"-c port= wins over PGPORT": {
			service: func() types.ServiceConfig {
				s := command("postgres", "-c", "port=7002")
				s.Environment = env("PGPORT=1")
				return s
			}(),
			want: Settings{User: "postgres", Database: "postgres", Port: 7002},
		},
		"--port=": {service: command("postgres", "--port=7003"), want: Settings{User: "postgres", Database: "postgres", Port: 7003}},
		"in a shell": {service: command("sh", "-c", "exec postgres -p 7004 -D /x"), want: Settings{
			User: "postgres", Database: "postgres",
			Port: 7004,
		}},
		"names": {
			service: types.ServiceConfig{
				ContainerName: "main-db",
				ContainerSpec: types.ContainerSpec{
					Hostname: "db.local",
					Networks: map[string]*types.ServiceNetworkConfig{"n": {Aliases: []string{"pg", "db"}}},
				},
			},
			change: func(p *types.Project) {
				p.Services["web"] = types.ServiceConfig{Name: "web", Links: []string{"db:database"}}
			},
			want: Settings{
				User: "postgres", Database: "postgres", Port: 5432,
				Hosts: []string{"db", "pg", "main-db", "db.local", "database"},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := project(c.service)
			if c.change != nil {
				c.change(p)
			}
			c.want.Service, c.want.Image = "db", "postgres:17"
			if c.want.Hosts == nil {
				c.want.Hosts = []string{"db"}
			}
			got, err := SettingsOf(p, "db")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func command(words ...string) types.ServiceConfig {
	return types.ServiceConfig{ContainerSpec: types.ContainerSpec{Command: words}}
}

func TestADatabaseWithoutAPasswordIsKnown(t *testing.T) {
	t.Parallel()
	for set, lacks := range map[string]bool{
		"POSTGRES_PASSWORD=": true, "POSTGRES_USER=u": true, "POSTGRES_PASSWORD=p": false, "POSTGRES_HOST_AUTH_METHOD=trust": false,
		"ALLOW_EMPTY_PASSWORD=yes": false, "POSTGRES_PASSWORD_FILE=/run/secrets/none": false,
	} {
		svc := types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: env(set)}}
		if got := LacksPassword(project(svc), "db") != ""; got != lacks {
			t.Errorf("%s: got %v", set, got)
		}
		svc.Build = &types.BuildConfig{}
		if LacksPassword(project(svc), "db") != "" {
			t.Errorf("%s: an image of the project's own may set it", set)
		}
	}
}

func TestSettingsThatCannotBeReadAreUsageErrors(t *testing.T) {
	t.Parallel()
	for name, svc := range map[string]types.ServiceConfig{
		"no such port": command("-p", "many"),
		"no such file": {ContainerSpec: types.ContainerSpec{Environment: env("POSTGRES_PASSWORD_FILE=/run/secrets/none")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := SettingsOf(project(svc), "db"); report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "db") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := SettingsOf(project(command()), "other"); report.KindOf(err) != report.KindUsage {
		t.Errorf("an unknown service: %v", err)
	}
	absent := types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: env("POSTGRES_PASSWORD_FILE=/pw/none")}}
	absent.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: t.TempDir(), Target: "/pw"}}
	if _, err := SettingsOf(project(absent), "db"); !strings.Contains(report.HintOf(err), "create the file") {
		t.Errorf("a file that does not exist: %v\n%s", err, report.HintOf(err))
	}
}

func TestMoveDataMovesItOutOfEveryMount(t *testing.T) {
	t.Parallel()
	svc := command("postgres", "-D", "/data/pg", "-c", "data_directory=/data/pg", "-c", "shared_buffers=1MB")
	svc.ReadOnly = true
	svc.Environment = env("PGDATA=/data/pg", "POSTGRES_INITDB_WALDIR=/wal", "POSTGRES_PASSWORD=x")
	svc.Tmpfs = types.StringList{"/tmp", "/data:size=1g"}
	svc.Volumes = []types.ServiceVolumeConfig{
		{Type: "volume", Source: "a", Target: "/data/pg"},
		{Type: "volume", Source: "b", Target: "/data"},
		{Type: "volume", Source: "c", Target: "/wal"},
		{Type: "volume", Source: "d", Target: "/var/lib/postgresql"},
		{Type: "volume", Source: "e", Target: "/docker-entrypoint-initdb.d"},
		{Type: "volume", Source: "f", Target: "/database"},
	}
	svc.Ports = []types.ServicePortConfig{{Target: 5432, Published: "5432"}}
	svc.Labels = types.Labels{"run": "1"}
	p := project(svc)
	p.Name = "p"
	if err := MoveData(p, "db", engine.Image{Env: []string{"PGDATA=/var/lib/postgresql/18/docker"}}); err != nil {
		t.Fatal(err)
	}
	got := p.Services["db"]
	var mounts []string
	for _, v := range got.Volumes {
		mounts = append(mounts, v.Source)
	}
	want := []any{
		[]string{"e", "f", dataVolume}, // the last one holds the data
		types.StringList{"/tmp"},
		false, dataDirectory, "",
		types.ShellCommand{"postgres", "-D", dataDirectory, "-c", "data_directory=" + dataDirectory, "-c", "shared_buffers=1MB"},
		[]types.ServicePortConfig{{Mode: "ingress", HostIP: "127.0.0.1", Target: 5432, Protocol: "tcp"}},
	}
	if diff := cmp.Diff(want, []any{
		mounts, got.Tmpfs, got.ReadOnly, *got.Environment["PGDATA"], *got.Environment["POSTGRES_INITDB_WALDIR"],
		got.Command, got.Ports,
	}); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(types.Volumes{dataVolume: {Name: "p-" + dataVolume, Labels: types.Labels{"run": "1"}}}, p.Volumes); diff != "" {
		t.Errorf("volumes (-want +got):\n%s", diff)
	}
	if *svc.Environment["PGDATA"] != "/data/pg" || svc.Command[2] != "/data/pg" || svc.Volumes[0].Source != "a" {
		t.Error("the service it was given has changed too")
	}
}

func TestOnlyACompleteImageReplacesInitialisation(t *testing.T) {
	t.Parallel()
	volume := func(source string) []types.ServiceVolumeConfig {
		return []types.ServiceVolumeConfig{{Type: "volume", Source: source, Target: "/shared"}}
	}
	for name, c := range map[string]struct {
		elsewhere   bool
		ours, other []types.ServiceVolumeConfig
		want        bool
	}{
		"all data in its directory":              {want: true},
		"data elsewhere":                         {elsewhere: true},
		"a volume of its own":                    {ours: volume("a"), other: volume("b"), want: true},
		"a volume that another service sees too": {ours: volume("a"), other: volume("a")},
	} {
		p := project(types.ServiceConfig{ContainerSpec: types.ContainerSpec{Volumes: c.ours}})
		p.Services["backend"] = types.ServiceConfig{Name: "backend", ContainerSpec: types.ContainerSpec{Volumes: c.other}}
		got := StartFrom(p, "db", Image{ID: "sha256:1", Meta: Meta{Elsewhere: c.elsewhere}})
		if from := p.Services["db"].Image; got != c.want || (from == "sha256:1") != c.want {
			t.Errorf("%s: it starts from %s: %t, want %t", name, from, got, c.want)
		}
	}
}

func TestDataDirectoryIsRewrittenAnywhereInTheCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string][2][]string{
		"glued": {{"postgres", "-D/data"}, {"postgres", "-D" + dataDirectory}},
		"long":  {{"--data-directory=/data"}, {"--data-directory=" + dataDirectory}},
		"in a shell": {
			{"bash", "-c", "chown x /data; exec postgres -D '/data' -p 1"},
			{"bash", "-c", "chown x " + dataDirectory + "; exec postgres -D '" + dataDirectory + "' -p 1"},
		},
		"nothing": {{"postgres", "-c", "log_directory=/data"}, {"postgres", "-c", "log_directory=/data"}},
		"none":    {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c[1], rewritten(c[0], "data_directory", dataDirectory)); diff != "" {
				t.Errorf("rewritten (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBitnamiDataDirectoryIsMoved(t *testing.T) {
	t.Parallel()
	p := project(types.ServiceConfig{})
	if err := MoveData(p, "db", engine.Image{Env: []string{"BITNAMI_APP_NAME=postgresql"}}); err != nil {
		t.Fatal(err)
	}
	if got := p.Services["db"].Environment["POSTGRESQL_DATA_DIR"]; got == nil || *got != dataDirectory {
		t.Errorf("POSTGRESQL_DATA_DIR is %v", got)
	}
}
