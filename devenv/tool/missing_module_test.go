package tool

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/discover"
	"devenv/devenv/report"
)

func TestMissingModuleIsFoundInAProgramsOutput(t *testing.T) {
	for want, output := range map[string][]string{
		"shop.gen":   {"Traceback", "ModuleNotFoundError: No module named 'shop.gen'"},
		"gen.api_pb": {"ImportError: cannot import name 'api_pb' from 'gen' (unknown location)"},
		"greenlet":   {"ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet' library is installed."},
		"":           {"ImportError: cannot import name 'Item' from 'shop.models' (/app/shop/models.py)"},
	} {
		if got := missingModule(report.Fail(report.KindWork, "", "start it").WithOutput(output)); got != want {
			t.Errorf("%q gives %q, want %q", output, got, want)
		}
	}
	if got := missingModule(errors.New("ModuleNotFoundError: No module named 'gen'")); got != "gen" {
		t.Errorf("a message alone gives %q", got)
	}
}

func TestLibrariesThatSQLAlchemyNoLongerBringsAreExplained(t *testing.T) {
	t.Parallel()
	for module, want := range map[string]string{"psycopg": "postgresql+psycopg2://", "greenlet": "sqlalchemy[asyncio]"} {
		if hint := missingHint(module, "", nil); !strings.Contains(hint, want) || !strings.Contains(hint, "keep SQLAlchemy where it was") {
			t.Errorf("%s: the hint is %q", module, hint)
		}
	}
}

func TestIgnoredModulesAreNamedWithConfigurationToAdd(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, file := range []string{"app/src/gen/api_pb.py", "app/src/shop/made.py", "venv/lib/site-packages/yaml/__init__.py"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ignored := []string{"app/src/gen/", "app/src/shop/made.py", "venv/"}
	for module, home := range map[string]string{
		"gen": "app/src/gen", "gen.api_pb": "app/src/gen", "shop.made": "app/src/shop/made.py",
		"gen.other": "", "shop.models": "", "yaml": "",
	} {
		got := ignoredPath(root, module, ignored)
		if got != home {
			t.Errorf("%s is found in %q, want %q", module, got, home)
		}
		hint := missingHint(module, got, nil)
		if !strings.Contains(hint, "prepare:") || (home != "") != strings.Contains(hint, `include: ["`+home+`"]`) {
			t.Errorf("%s: the hint is %q", module, hint)
		}
	}
}

func TestAModuleOfTheRepositoryIsNamed(t *testing.T) {
	t.Parallel()
	files := []string{"models.py", "app/shop/__init__.py", "a/db.py", "b/db.py", "app/my_models.py"}
	for module, want := range map[string]string{"models": "models.py", "shop": "app/shop/__init__.py", "db": "", "yaml": ""} {
		if got := ownModule(module, files); got != want {
			t.Errorf("%s is %q, want %q", module, got, want)
		}
	}
}

func TestAMissingDriverIsExplainedByTheDefault(t *testing.T) {
	t.Parallel()
	if hint := missingHint("psycopg", "", nil); !strings.Contains(hint, "postgresql+psycopg2://") || strings.Contains(hint, "prepare") {
		t.Errorf("the hint is\n%s", hint)
	}
}

func TestScriptNamedAfterAMissingPackageIsSuggested(t *testing.T) {
	t.Parallel()
	files := []string{"app/backend/src/proto/readme.md", "app/generate_protos.sh", "deploy.sh", "protos.sh", "my scripts/proto.sh"}
	hint := missingHint("proto.api_pb2", "", generatorsFor("proto.api_pb2", files))
	if want := `prepare: ["cd app && ./generate_protos.sh"] or ["./protos.sh"]`; !strings.Contains(hint, want) {
		t.Errorf("the hint lacks %s:\n%s", want, hint)
	}
	if generators := generatorsFor("yaml", files); generators != nil {
		t.Errorf("a dependency is made by %q", generators)
	}
}

func TestABuildThatLacksAModuleIsNotHelpedBySettings(t *testing.T) {
	t.Parallel()
	failed := func(hint string) error { return report.Fail(report.KindWork, hint, "No module named 'shop.gen'") }
	built := failed("try it directly: docker compose build api")
	if got := hintFor(built, "shop.gen", "", []string{"api/shop/gen.py"}, discover.MigrationTool{}); got != "" {
		t.Errorf("how migrations run changes a build: %s", got)
	}
	if got := hintFor(built, "shop.gen", "api/shop/gen.py", nil, discover.MigrationTool{}); !strings.Contains(got, "include:") {
		t.Errorf("a file that git ignores: %s", got)
	}
	if got := hintFor(failed(""), "shop.gen", "", []string{"api/shop/gen.py"}, discover.MigrationTool{}); !strings.Contains(got, "workdir:") {
		t.Errorf("a run: %s", got)
	}
}

func TestTheDirectoryOfAModuleIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, module, config, there, want string }{
		"a package beside":    {"app/store/__init__.py", "store", "app/store/alembic.ini", "/app/store/alembic.ini", "/app"},
		"a nested module":     {"api/shop/db.py", "shop.db", "api/alembic.ini", "/srv/alembic.ini", "/srv"},
		"the repository":      {"models.py", "models", "db/alembic.ini", "/code/db/alembic.ini", "/code"},
		"another mount":       {"lib/shop.py", "shop", "app/alembic.ini", "/app/alembic.ini", "/…"},
		"an unknown location": {"models.py", "models", "", "", "/…"},
		"another name there":  {"app/models.py", "models", "app/db/alembic.ini", "/etc/alembic.ini", "/…"},
	} {
		tool := discover.MigrationTool{Config: c.config, ConfigInContainer: c.there}
		if got := importedFrom(c.file, c.module, tool); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
