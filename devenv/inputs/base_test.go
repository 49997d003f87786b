package inputs

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// project returns a small project: a backend that is built and mounted, its database, and a frontend that has no part
// in the base.
func project() map[string]string {
	return map[string]string{
		"compose.yaml": `
x-common: {note: "${NOTE:-}"}
services:
  db: {image: "postgres:17", env_file: db.env, ports: ["${PORT:-5432}:5432"], labels: {a: "${NOTE:-}"}, volumes: ["./init:/docker-entrypoint-initdb.d", "/home/${NAME:-me}/x:/x"]}
  backend: {build: ./back, depends_on: [db]}
  web: {build: ./web, environment: {COLOUR: "${COLOUR:-}"}}
`,
		"db.env": "POSTGRES_PASSWORD=secret", "init/a.sql": "1", "back/Dockerfile": "FROM python:3.12", "back/main.py": "1",
		"back/README.md": "1", "back/conf/alembic.ini": "1",
		"web/Dockerfile": "FROM node", "web/app.js": "1", "README.md": "1", "LICENSE": "1", ".github/workflows/ci.yml": "1",
		"back/.idea/x": "1", "content/page.md": "1", "docs/a.txt": "1",
	}
}

// key returns the key of a project's base.
func key(t *testing.T, files map[string]string, change func(*Base), env ...string) string {
	t.Helper()
	list := listOf(t, files, change, env...)
	var parts []string
	for _, i := range list {
		parts = append(parts, i.What+" "+i.ID)
	}
	return strings.Join(parts, "\n")
}

func listOf(t *testing.T, files map[string]string, change func(*Base), env ...string) []Input {
	t.Helper()
	tree := checkout(t, files)
	none, err := NewLeftOut(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := Base{
		Tree: tree, Project: tree.load(t, env...), Services: []string{"db", "backend"}, LeftOut: none,
		Mounted: []Mount{{Service: "db", Path: "init"}, {Service: "db", Target: "/run/secrets/x", Content: []byte("s")}},
		Code:    []string{"back/conf/alembic.ini", "back/conf/alembic.ini", ""},
	}
	if change != nil {
		change(&b)
	}
	list, _, err := b.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// leaving returns a change of the exclusions.
func leaving(include, exclude []string) func(*Base) {
	return func(b *Base) { b.LeftOut, _ = NewLeftOut(include, exclude) }
}

func whole(b *Base) { b.Whole = true }

func TestOnlyInputsOfTheBaseChangeItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		path, content string
		how           func(*Base)
		another       bool
	}{
		"the backend's code":                    {path: "back/main.py", another: true},
		"a new file of it":                      {path: "back/new.py", another: true},
		"its Dockerfile":                        {path: "back/Dockerfile", content: "FROM python:3.12\nRUN true", another: true},
		"what .dockerignore leaves out":         {path: "back/.dockerignore", content: "main.py", another: true},
		"an init script":                        {path: "init/a.sql", another: true},
		"a value of an env file":                {path: "db.env", content: "POSTGRES_PASSWORD=other", another: true},
		"the migrations' configuration":         {path: "back/conf/alembic.ini", another: true},
		"the README":                            {path: "README.md"},
		"a README in a build context":           {path: "back/README.md"},
		"a new README in a build context":       {path: "back/docs/README.md"},
		"the licence":                           {path: "LICENSE"},
		"a licence in a build context":          {path: "back/LICENSE-APACHE-2.0.txt"},
		"another's licence in it":               {path: "back/LICENCE-MIT"},
		"licences that are data":                {path: "back/LICENSES.sql", another: true},
		"a table of them":                       {path: "back/LICENSE_TYPES.csv", another: true},
		"a program with a dash in its name":     {path: "back/LICENSE-seed.py", another: true},
		"code that is about them":               {path: "back/LICENSEE.py", another: true},
		"the host's pipelines":                  {path: ".github/workflows/ci.yml"},
		"an editor's files":                     {path: "back/.idea/x"},
		"devenv's configuration":                {path: ".devenv.yaml"},
		"a service without part in it":          {path: "web/app.js"},
		"what no service sees":                  {path: "docs/a.txt"},
		"where prepare may read anything":       {path: "docs/a.txt", how: whole, another: true},
		"for people, where prepare may read it": {path: "README.md", how: whole},
		"what is included": {
			path: "content/page.md", how: leaving([]string{"content/**/*.md", "content/*.md"}, nil),
			another: true,
		},
		"what is included beside what is not": {
			path: "back/README.md", how: leaving([]string{"back/README.md"}, []string{"back"}),
			another: true,
		},
		"what is excluded": {path: "back/main.py", how: leaving(nil, []string{"back"})},
	} {
		t.Run(name, func(t *testing.T) {
			changed := project()
			changed[c.path] = c.content
			if c.content == "" {
				changed[c.path] = "changed"
			}
			if another := key(t, project(), c.how) != key(t, changed, c.how); another != c.another {
				t.Errorf("another key: %v\n%s", another, key(t, changed, c.how))
			}
		})
	}
}

func TestTheKeyIsTheSameForEverybody(t *testing.T) {
	mine := key(t, project(), nil)
	if others := key(t, project(), nil, "PORT=6543", "NOTE=x", "NAME=you", "COLOUR=red"); mine != others {
		t.Errorf("mine\n%s\nanother user's\n%s", mine, others)
	}
}

func TestInputsShowNoHashesOfSecrets(t *testing.T) {
	list := listOf(t, project(), func(b *Base) {
		for i, f := range b.Files {
			b.Files[i].Untracked = f.Path == "init/a.sql"
		}
	})
	var texts []string
	for _, i := range list {
		texts = append(texts, i.String())
	}
	want := []string{
		"Compose model of db, backend", "build section of backend", "Dockerfile back/Dockerfile: ", "build context back (3 files, 2 left out): ",
		"mounted init (1 file)", "file /run/secrets/x", "migrations back/conf/alembic.ini: ",
	}
	same := slices.EqualFunc(texts, want, func(got, want string) bool {
		return got == want || strings.HasSuffix(want, ": ") && strings.HasPrefix(got, want) && len(got) == len(want)+12
	})
	if !same {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(texts, "\n"), strings.Join(want, "\n"))
	}
}

func TestRemoteContextsAreNamedWithoutCredentials(t *testing.T) {
	const scp, web = "git@host.example:acme/x.git#main:back", "https://ada:t0ken@host.example/acme/x.git?secret=t0ken#main:back"
	keys := map[string]bool{}
	for address, want := range map[string]string{
		scp: "build context host.example:acme/x.git#main:back", web: "build context https://host.example/acme/x.git#main:back",
		"https://host.example/@acme/x.git": "build context https://host.example/@acme/x.git",
	} {
		files := project()
		files["compose.yaml"] = strings.Replace(files["compose.yaml"], "build: ./back", `build: "`+address+`"`, 1)
		list := listOf(t, files, nil)
		if !slices.ContainsFunc(list, func(i Input) bool { return i.String() == want }) {
			t.Errorf("%s is not named %s: %v", address, want, list)
		}
		keys[key(t, files, nil)] = true
	}
	if len(keys) != 3 {
		t.Errorf("three addresses make %d keys", len(keys))
	}
}

func TestImagesOfDockerfilesAreNamedForEachService(t *testing.T) {
	tree := checkout(t, maps.Clone(project()))
	b := Base{Tree: tree, Project: tree.load(t), Services: []string{"backend", "web"}}
	b.LeftOut, _ = NewLeftOut(nil, nil)
	_, images, err := b.Inputs()
	if want := []Named{
		{Image: Image{Ref: "python:3.12"}, From: "Dockerfile of backend"},
		{Image: Image{Ref: "node"}, From: "Dockerfile of web"},
	}; err != nil || !slices.Equal(images, want) {
		t.Errorf("%v, %v", images, err)
	}
}
