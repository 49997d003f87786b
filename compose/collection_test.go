package compose_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
)

// TestTheComposeLibrariesTestProjectsIsolate loads and isolates the Compose projects that both of Compose's libraries
// carry as test data, as files and as text in tests; the module cache holds them. DEVENV_COMPOSE_COLLECTION names a
// directory of more projects, such as a copy of docker/awesome-compose.
func TestTheComposeLibrariesTestProjectsIsolate(t *testing.T) {
	client := connect(t)
	roots := []string{
		filepath.Join(moduleDir(t, "github.com/compose-spec/compose-go/v2"), "loader"),
		filepath.Join(moduleDir(t, "github.com/docker/compose/v5"), "pkg", "e2e"),
	}
	if more := os.Getenv("DEVENV_COMPOSE_COLLECTION"); more != "" {
		roots = append(roots, more)
	}
	isolated, databases := 0, 0
	for _, root := range roots {
		for _, file := range projectsIn(t, root) {
			p, err := client.Load(t.Context(), compose.LoadOptions{WorkingDir: filepath.Dir(file), Files: []string{file}, ProjectName: "x"})
			switch postgres := holdsPostgres(t, file); {
			case err == nil && postgres:
				databases++
			case err != nil && postgres && strings.HasPrefix(file, root): // some texts in tests are broken on purpose
				t.Errorf("load %s: %v", file, err)
			}
			if err == nil { // some of those without a database are broken on purpose
				isolated++
				wantIsolated(t, file, p)
			}
		}
	}
	if t.Logf("%d projects, %d with a database", isolated, databases); isolated < 250 || databases < 1 {
		t.Error("the libraries' test data was not found")
	}
}

// wantIsolated isolates all services of a project and checks that nothing of the user's or the host's remains.
func wantIsolated(t *testing.T, file string, p *types.Project) {
	t.Helper()
	services := slices.Concat(p.ServiceNames(), p.DisabledServiceNames())
	if len(services) == 0 {
		return
	}
	iso, err := compose.Isolate(p, compose.Isolation{
		Name: "devenv-1", Tree: filepath.Dir(file), Network: "devenv-1-net", Services: services,
		Volume: func(path string) string { return "vol:" + path }, Image: func(s string) string { return "devenv/build:" + s },
	})
	if err != nil {
		t.Errorf("isolate %s: %v", file, err)
		return
	}
	for name, volume := range iso.Project.Volumes {
		if source := strings.HasPrefix(name, "vol:"); bool(volume.External) != source ||
			(!source && !strings.HasPrefix(volume.Name, "devenv-1-")) {
			t.Errorf("%s: volume %s is %+v", file, name, volume)
		}
	}
	for _, s := range iso.Project.Services {
		if s.ContainerName != "" || len(s.Ports)+len(s.Devices)+len(s.Labels) > 0 || s.NetworkMode+s.Pid != "" || s.Privileged ||
			len(s.Networks) != 1 {
			t.Errorf("%s: service %s is not isolated: %+v", file, s.Name, s)
		}
		for _, m := range s.Volumes {
			if m.Type == types.VolumeTypeBind {
				t.Errorf("%s: service %s has a bind: %+v", file, s.Name, m)
			}
		}
	}
}

// moduleDir returns the directory of a module that this one depends on.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// projectsIn lists the Compose files below a directory; those embedded as text in tests are written to files first.
func projectsIn(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	texts := t.TempDir()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, "_test.go"):
			files = append(files, textsIn(t, path, texts)...)
		case (strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".yaml")) && isProject(content):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// isProject reports whether a text is a Compose file that needs no network and does not expand to gigabytes.
func isProject(content []byte) bool {
	remote := regexp.MustCompile(`(?m)^\s*-?\s*(include|path|file|context):?.*(://|git@|oci:|github\.com)|^\s*- (oci:|git@|https?:)`)
	return bytes.Contains(content, []byte("services:\n")) && !remote.Match(content) && !bytes.Contains(content, []byte("[*a, *a"))
}

// textsIn writes the Compose files embedded as text in a test, and returns their names.
func textsIn(t *testing.T, path, dir string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil || !isProject([]byte(text)) {
			return true
		}
		made := filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".go")+"-"+strconv.Itoa(int(literal.Pos())), "compose.yaml")
		if err := errors.Join(os.MkdirAll(filepath.Dir(made), 0o755), os.WriteFile(made, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		files = append(files, made)
		return true
	})
	return files
}

func holdsPostgres(t *testing.T, file string) bool {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^\s*image:\s*"?(\S*/)?(postgres|postgis|pgvector|timescaledb)\b`).Match(content)
}
