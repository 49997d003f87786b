package discover

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestINIIsReadAsPythonReadsIt(t *testing.T) {
	file := parseINI("[DEFAULT]\nroot = r\n# c\n[alembic]\nA: 1\nb = x = y ; kept\nlist =\n    one\n\n    two\n" +
		"; c\nloop = %(loop)s\npercent = 100%%\nhome = %(here)s/%(ROOT)s\n[x]\nA = 2\r\n")
	for key, want := range map[string]string{
		"a": "1", "b": "x = y ; kept", "list": "one\ntwo", "percent": "100%", "home": "/h/r", "root": "r",
	} {
		got, _, ok, err := file.get("alembic", key, map[string]string{"here": "/h"})
		if got != want || !ok || err != nil {
			t.Errorf("%s is %q, %v, %v; want %q", key, got, ok, err, want)
		}
	}
	if _, _, _, err := file.get("alembic", "loop", nil); err == nil {
		t.Error("resolved an option that refers to itself")
	}
	if _, line, _, _ := file.get("x", "a", nil); line != 16 {
		t.Errorf("the line is %d", line)
	}
}

func TestVersionLocationsAreSplitAsAlembicDoes(t *testing.T) {
	for _, c := range []struct {
		text, separator string
		want            []string
	}{
		{"a b, c,d", "", []string{"a", "b", "c", "d"}},
		{"a:b", "", []string{"a:b"}},
		{"a: b:", "os", []string{"a", "b"}},
		{"a b;c", ";", []string{"a b", "c"}},
		{"a  b", "space", []string{"a", "b"}},
		{"", "os", nil},
	} {
		got, err := splitLocations(c.text, c.separator)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%q by %q: %v %s", c.text, c.separator, err, diff)
		}
	}
}

func TestADockerfileTellsWhereFilesGo(t *testing.T) {
	for _, c := range []struct{ dockerfile, file, want string }{
		{"COPY . /app", "a/b.py", "[/app/a/b.py]"},
		{"WORKDIR /w\nCOPY a .", "a/b.py", "[/w/b.py]"},
		{"WORKDIR /w\nWORKDIR sub\nCOPY a x/", "a/b.py", "[/w/sub/x/b.py]"},
		{"COPY a.ini /etc/b.ini", "a.ini", "[/etc/b.ini]"},
		{"COPY a.ini /etc/", "a.ini", "[/etc/a.ini]"},
		{"COPY *.ini b* /x/", "a.ini", "[/x/a.ini]"},
		{"COPY *.ini b* /x/", "bb/c", "[/x/c]"},
		{"COPY --parents a/b /x/", "a/b/c", "[/x/a/b/c]"},
		{"ARG D=/d\nENV E=$D/e\nCOPY . ${E}/f", "a", "[/d/e/f/a]"},
		{`COPY ["a b", "/x/"]`, "a b/c", "[/x/c]"},
		{"COPY other /x", "a", "[]"},
		{"COPY --from=docker.io/x / /", "a", "[]"},
		{"COPY a /one\nCOPY a /two", "a/f", "[/one/f /two/f]"},
	} {
		s := parseDockerfile([]byte("FROM x\n"+c.dockerfile), "", nil, nil)
		if got := fmt.Sprint(s.find("", c.file)); got != c.want {
			t.Errorf("%q puts %s at %s, want %s", c.dockerfile, c.file, got, c.want)
		}
	}
}

func TestTheTargetStageCounts(t *testing.T) {
	content := []byte("ARG V=1\nFROM python:$V AS one\nWORKDIR /one\nFROM one AS two\nCOPY --from=one /x /y\nFROM postgres\n")
	for target, want := range map[string]string{"one": "python:2", "TWO": "python:2", "": "postgres", "2": "postgres"} {
		if got := parseDockerfile(content, target, map[string]string{"V": "2"}, nil); got == nil || got.image() != want {
			t.Errorf("target %q is %+v, want one from %s", target, got, want)
		}
	}
	if parseDockerfile(content, "absent", nil, nil) != nil {
		t.Error("found a stage that does not exist")
	}
}

func TestALastCommandIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"sh -c alembic upgrade head && exec uvicorn app": "exec uvicorn app",
		"bash -lc 'alembic upgrade head'":                "alembic upgrade head",
		"run.sh\nset -e\nalembic upgrade head\nexit 0":   "alembic upgrade head",
		"entry.sh serve\nwait\nexec \"$@\"":              "entry.sh serve",
		"":                                               "",
	} {
		if got := lastCommand(text); got != want {
			t.Errorf("the last command of %q is %q, want %q", text, got, want)
		}
	}
}

func TestAServerThatRunsOnIsNoTask(t *testing.T) {
	for command, want := range map[string]bool{
		"alembic upgrade head":                       true,
		"uv run alembic -c x.ini upgrade head":       true,
		"python -m alembic upgrade head":             true,
		"sh -c alembic upgrade head; python serve":   false,
		"uvicorn alembic_app:app":                    false,
		"sh -c alembic upgrade head || exit 1":       true,
		"/venv/bin/alembic upgrade heads && echo ok": true,
	} {
		p := &types.Project{Services: types.Services{"s": {
			Name:          "s",
			ContainerSpec: types.ContainerSpec{Command: strings.Fields(command)},
		}}}
		s, err := newFinder(p, Tree{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := s.commands.oneShot("s"); got != want {
			t.Errorf("%q is a task: %v", command, got)
		}
	}
}

func TestAHostIsRecognised(t *testing.T) {
	for _, c := range []struct {
		key, value string
		want       bool
	}{
		{"URL", "postgresql+asyncpg://u:p@ss:w%40@db:5432/x", true},
		{"URL", "postgresql://u:db@other/x", false},
		{"URL", "postgresql://db/x", true},
		{"URL", "postgresql://u@db-replica/x", false},
		{"DSN", "host=db user=x", true},
		{"POSTGRES_HOST", "db", true},
		{"POSTGRES_DB", "db", false},
	} {
		if got := isHost(c.key, c.value, "db"); got != c.want {
			t.Errorf("%s=%s names db: %v", c.key, c.value, got)
		}
	}
}

// TestSearchTimeIsLinearInFiles compares a large tree with one an eighth of its size: comparing every file with every
// other would take 64 times as long.
func TestSearchTimeIsLinearInFiles(t *testing.T) {
	few, many := searchTime(t, 12_500), searchTime(t, 100_000)
	if many > 30*few {
		t.Errorf("it took %s for 100,000 files, %s for 12,500", many, few)
	}
}

// searchTime returns the CPU time it takes to find a project among so many files, which does not depend on how busy
// the machine is.
func searchTime(t *testing.T, files int) time.Duration {
	t.Helper()
	paths := []string{"Dockerfile", "alembic.ini", "src/db/env.py"}
	for i := range files {
		paths = append(paths, fmt.Sprintf("web/d%d/e%d/f%d.js", i%100, i%1000, i))
	}
	slices.Sort(paths)
	tree := memory{
		"Dockerfile":  "FROM x\nWORKDIR /srv\nCOPY alembic.ini ./\nCOPY src ./src\nCOPY *.sh ./\n",
		"alembic.ini": "[alembic]\nscript_location = /srv/src/db\n",
	}
	build := &types.BuildConfig{Context: "/repo"}
	p := &types.Project{WorkingDir: "/repo", Services: types.Services{
		"db": {Name: "db", ContainerSpec: types.ContainerSpec{Image: "postgres"}},
		"app": {
			Name: "app", WorkloadSpec: types.WorkloadSpec{Build: build},
			ContainerSpec: types.ContainerSpec{Command: []string{"./a.sh"}},
		},
	}}
	start := cpuTime(t)
	found, err := Services(p, listed{memory: tree, paths: paths}, nil)
	took := cpuTime(t) - start
	if err != nil {
		t.Fatal(err)
	}
	if found.Migrations.ScriptLocation != "src/db" || found.Backend != "app" {
		t.Errorf("found %+v", found)
	}
	return took
}

// cpuTime returns the CPU time of this process so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory holds files in memory.
type memory map[string]string

// listed lists more files than memory holds.
type listed struct {
	memory
	paths []string
}

func (l listed) Root() string                    { return "/repo" }
func (l listed) List() ([]string, error)         { return l.paths, nil }
func (l listed) Read(rel string) ([]byte, error) { return []byte(l.memory[rel]), nil }

func TestProviderServicesAreNotStartedWithTheBackend(t *testing.T) {
	on := func(names ...string) types.WorkloadSpec {
		all := types.DependsOnConfig{}
		for _, name := range names {
			all[name] = types.ServiceDependency{Condition: types.ServiceConditionStarted}
		}
		return types.WorkloadSpec{DependsOn: all}
	}
	s := services{project: &types.Project{Services: types.Services{
		"app":   {Name: "app", WorkloadSpec: on("cache", "ai")},
		"ai":    {Name: "ai", Provider: &types.ServiceProviderConfig{Type: "model"}, WorkloadSpec: on("other")},
		"cache": {Name: "cache"}, "other": {Name: "other"},
	}}}
	if got := s.dependencies("app"); !slices.Equal(got, []string{"cache"}) {
		t.Errorf("app needs %v", got)
	}
}

func TestOldVersionsAreSeenInTags(t *testing.T) {
	for reference, old := range map[string]bool{
		"postgres:12": true, "postgres:9.6-alpine": true, "registry.example.org:5000/acme/postgres:11.4": true,
		"postgis/postgis:12-3.4":            true,
		"timescale/timescaledb:latest-pg12": true, "postgres:12@sha256:0123": true,
		"postgres": false, "postgres:latest": false, "postgres:13": false, "postgres:17.2-bookworm": false,
		"postgis/postgis:13-master": false, "timescale/timescaledb:2.11.2-pg15": false, "timescale/timescaledb:2.11": false,
		"pgvector/pgvector:pg16": false, "citusdata/citus:12.1": false,
	} {
		if got := tooOld(reference) != ""; got != old {
			t.Errorf("%s: %v", reference, got)
		}
	}
}
