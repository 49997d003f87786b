package alembic

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"devenv/devenv/report"
)

// TestTheInterpreterOfAlembicIsFound lays out containers as package managers do: D is the container's root and D/bin
// the PATH. Files whose names start with "python" are interpreters, which have Alembic if their content is "alembic";
// importing it raises an error if that is "raises". The one that is found imports it once.
func TestTheInterpreterOfAlembicIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		env   []string
		want  string
	}{
		{
			"installed for the system",
			map[string]string{"bin/alembic": "#!D/usr/python3.11", "usr/python3.11": "alembic", "bin/python3": ""},
			nil, "usr/python3.11",
		},
		{
			"a virtual environment on the PATH",
			map[string]string{"bin/alembic": "#!D/venv/bin/python -E", "venv/bin/python": "alembic", "bin/python3": "alembic"},
			nil, "venv/bin/python",
		},
		{"by env", map[string]string{"bin/alembic": "#!/usr/bin/env python3", "bin/python3": "alembic"}, nil, "bin/python3"},
		{
			"a path too long for a first line",
			map[string]string{
				"bin/alembic":          "#!/bin/sh\n'''exec' \"D/app/.venv/bin/python\" \"$0\" \"$@\"\n' '''",
				"app/.venv/bin/python": "alembic", "bin/python3": "",
			},
			nil, "app/.venv/bin/python",
		},
		{"uv, not on the PATH", map[string]string{"work/.venv/bin/python": "alembic", "bin/python3": ""}, nil, "work/.venv/bin/python"},
		{
			"uv, elsewhere",
			map[string]string{"opt/env/bin/python": "alembic", "work/.venv/bin/python": "", "bin/python3": ""},
			[]string{"UV_PROJECT_ENVIRONMENT=D/opt/env"},
			"opt/env/bin/python",
		},
		{
			"an active environment",
			map[string]string{"env/bin/python": "alembic", "bin/python3": ""},
			[]string{"VIRTUAL_ENV=D/env"},
			"env/bin/python",
		},
		{
			"poetry, in its cache",
			map[string]string{
				"cache/shop-py3.12/bin/python": "alembic", "bin/python3": "",
				"bin/poetry": "#!/bin/sh\n[ \"$*\" = 'env info --executable' ] && echo D/cache/shop-py3.12/bin/python",
			},
			nil, "cache/shop-py3.12/bin/python",
		},
		{
			"pipenv, in its cache",
			map[string]string{
				"cache/shop-x/bin/python": "alembic", "bin/python3": "",
				"bin/pipenv": "#!/bin/sh\n[ \"$*\" = --py ] && echo D/cache/shop-x/bin/python",
			},
			nil, "cache/shop-x/bin/python",
		},
		{
			"poetry that installed for the system",
			map[string]string{"bin/python3": "alembic", "bin/poetry": "#!/bin/sh\nexit 1"},
			nil, "bin/python3",
		},
		{
			"an alembic whose interpreter has gone",
			map[string]string{"bin/alembic": "#!D/gone/python", "bin/python3": "alembic"},
			nil, "bin/python3",
		},
		{
			"the configuration's",
			map[string]string{"bin/alembic": "#!D/bin/python3", "bin/python3": "alembic", "mine/python": ""},
			[]string{"DEVENV_PYTHON=D/mine/python"},
			"mine/python",
		},
		{"nowhere", map[string]string{"bin/python3": ""}, nil, "no Python interpreter with alembic found in this container\n"},
		{
			"there, and its import raises",
			map[string]string{"bin/alembic": "#!D/venv/bin/python", "venv/bin/python": "raises", "bin/python3": ""},
			nil, "ImportError: libpq.so.5\nimporting alembic fails with venv/bin/python\n",
		},
		{"a file that is no program", map[string]string{"bin/alembic": "#!D/gone/python", "gone/python": "#!D/nothing", "bin/python3": "alembic"}, nil, "bin/python3"},
		{"one raises, another works", map[string]string{"venv/bin/python": "raises", "bin/python3": "alembic"}, nil, "bin/python3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			layOut(t, root, c.files)
			args := findInterpreter("print(os.environ['FOUND'], [name for name in os.environ if name.startswith('DEVENV_T')])")
			command := exec.Command(args[0], args[1:]...)
			command.Dir = filepath.Join(root, "work")
			command.Env = []string{"PATH=" + filepath.Join(root, "bin")}
			for _, variable := range c.env {
				command.Env = append(command.Env, strings.ReplaceAll(variable, "D/", root+"/"))
			}
			var replies, said strings.Builder
			command.Stdout, command.Stderr = &replies, &said
			got := ""
			if err := command.Run(); err == nil {
				got = strings.TrimSuffix(replies.String(), " []\n") // no variable of the search is left
			} else if replies.Len() == 0 {
				got = said.String()[max(strings.LastIndex(said.String(), "\nImportError")+1, 0):]
			}
			if got = strings.ReplaceAll(got, root+"/", ""); got != c.want {
				t.Errorf("got %q, want %q:\n%s%s", got, c.want, &replies, &said)
			}
		})
	}
}

func TestAFailedImportSaysHowToTryIt(t *testing.T) {
	t.Parallel()
	for last, words := range map[string][]string{
		"importing alembic fails with /venv/bin/python":              {"/venv/bin/python -c 'import alembic.config'", "migrations: {python:"},
		"no Python interpreter with alembic found in this container": {"install alembic", "migrations: {python:"},
	} {
		ended := report.Fail(report.KindWork, "", "it ended").WithOutput([]string{"ImportError: libpq.so.5", last})
		err := explainInterpreter(ended)
		for _, word := range words {
			if !errors.Is(err, ended) || !strings.Contains(report.HintOf(err), word) {
				t.Errorf("%s: %v\n%s", last, err, report.HintOf(err))
			}
		}
	}
	starved := report.FailMachine("more memory", "ran out of memory").WithOutput([]string{"importing alembic fails with /venv/bin/python"})
	if err := explainInterpreter(starved); report.HintOf(err) != "more memory" || !report.IsMachine(err) {
		t.Errorf("an interpreter that the kernel ended: %v\n%s", err, report.HintOf(err))
	}
	if other := errors.New("the engine does not answer"); !errors.Is(explainInterpreter(other), other) {
		t.Error("another error got lost")
	}
}

// layOut creates the files.
func layOut(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		content = strings.ReplaceAll(content, "D/", root+"/")
		if strings.HasPrefix(filepath.Base(name), "python") && !strings.HasPrefix(content, "#!") {
			content = fakeInterpreter(t, root, path, content)
		}
		writeProgram(t, path, content)
	}
	if err := os.MkdirAll(filepath.Join(root, "work", "alembic"), 0o755); err != nil { // a project's revisions
		t.Fatal(err)
	}
	for _, program := range []string{"sed", "sh"} {
		path, err := exec.LookPath(program)
		if err == nil {
			err = os.Symlink(path, filepath.Join(root, "bin", program))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// interpreter returns this machine's Python, which "python3" may be a slow script for.
var interpreter = sync.OnceValues(func() (string, error) {
	path, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	return strings.TrimSpace(string(path)), err
})

// fakeInterpreter returns a program that runs this machine's Python with modules of its own, and says which it is.
func fakeInterpreter(t *testing.T, root, path, imports string) string {
	t.Helper()
	modules := filepath.Join(root, "modules", imports)
	writeProgram(t, filepath.Join(modules, "other.py"), "")
	code := map[string]string{
		"alembic": "import sys\nprint('noise')\nsys.stdout.flush()\n", "raises": "raise ImportError('libpq.so.5')\n",
	}[imports]
	if code != "" {
		writeProgram(t, filepath.Join(modules, "alembic", "__init__.py"), "")
		writeProgram(t, filepath.Join(modules, "alembic", "config.py"), code)
	}
	real, err := interpreter()
	if err != nil {
		t.Fatal(err)
	}
	return "#!/bin/sh\nexport FOUND='" + path + "' PYTHONPATH='" + modules + "' PYTHONDONTWRITEBYTECODE=1\nexec " +
		real + " -S \"$@\"\n"
}

func writeProgram(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content+"\n"), 0o755); err != nil { //nolint:gosec // programs
		t.Fatal(err)
	}
}
