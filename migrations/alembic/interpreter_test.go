package alembic

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

// TestTheInterpreterOfAlembicIsFound lays out containers as package managers do: D is the container's root and D/bin
// the PATH. Files whose names start with "python" are interpreters, which have Alembic if their content is "alembic";
// importing it raises an error if that is "raises".
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
		{"nowhere", map[string]string{"bin/python3": ""}, nil, "no Python interpreter with alembic"},
		{
			"there, and its import raises",
			map[string]string{"bin/alembic": "#!D/venv/bin/python", "venv/bin/python": "raises", "bin/python3": "lacks"},
			nil, "ImportError: libpq.so.5\nimporting alembic fails with venv/bin/python\n",
		},
		{
			"there, and killed before it has imported",
			map[string]string{"bin/alembic": "#!D/venv/bin/python", "venv/bin/python": "killed", "bin/python3": "lacks"},
			nil, "venv/bin/python was killed while it imported alembic\nimporting alembic fails with venv/bin/python\n",
		},
		{"one raises, another works", map[string]string{"venv/bin/python": "raises", "bin/python3": "alembic"}, nil, "bin/python3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			layOut(t, root, c.files)
			command := exec.Command("/bin/sh", "-c", interpreterScript, "devenv-driver", "-m", "driver")
			command.Dir = filepath.Join(root, "work")
			command.Env = []string{"PATH=" + filepath.Join(root, "bin")}
			for _, variable := range c.env {
				command.Env = append(command.Env, strings.ReplaceAll(variable, "D/", root+"/"))
			}
			out, _ := command.CombinedOutput()
			if got := strings.ReplaceAll(string(out), root+"/", ""); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFailedImportSaysHowToTryIt(t *testing.T) {
	t.Parallel()
	for last, words := range map[string][]string{
		"importing alembic fails with /venv/bin/python":              {"/venv/bin/python -c 'import alembic'", "migrations: {python:"},
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

// layOut creates the files. An interpreter prints its path and its arguments.
func layOut(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(root, name)
		content = strings.ReplaceAll(content, "D/", root+"/")
		if strings.HasPrefix(filepath.Base(name), "python") {
			imports := map[string]string{
				"alembic": "exit 0", "raises": "{ echo 'ImportError: libpq.so.5' >&2; exit 1; }",
				"killed": "exit 137",
				"lacks":  "{ echo \"ModuleNotFoundError: No module named 'alembic'\" >&2; exit 1; }", "": "exit 1",
			}[content]
			content = "#!/bin/sh\n[ \"$1\" = -c ] && " + imports + "\necho \"" + path + " $*\"\n"
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content+"\n"), 0o755); err != nil { //nolint:gosec // programs
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "work"), 0o755); err != nil {
		t.Fatal(err)
	}
	sed, err := exec.LookPath("sed")
	if err == nil {
		err = os.Symlink(sed, filepath.Join(root, "bin", "sed"))
	}
	if err != nil {
		t.Fatal(err)
	}
}
