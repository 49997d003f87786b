package discover

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"devenv/compose"
	"devenv/devenv/config"
	"devenv/devenv/report"
)

func TestMain(m *testing.M) {
	if flag.Lookup("update") == nil { // another package may define it
		flag.Bool("update", false, "update the test cases")
	}
	os.Exit(m.Run())
}

// TestProjects runs the cases in testdata. Each is a tree of files with a sentence about it; its last file is what is
// found (found) or the error the user sees (error).
func TestProjects(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := &archive.Files[len(archive.Files)-1]
			got := answer(t, archive.Files[:len(archive.Files)-1])
			if flag.Lookup("update").Value.String() == "true" {
				want.Name, want.Data = got.Name, got.Data
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want.Name+"\n"+string(want.Data), got.Name+"\n"+string(got.Data)); diff != "" {
				t.Errorf("%s%s", archive.Comment, diff)
			}
		})
	}
}

// answer writes the files into a directory, searches it, and returns what was found or the error.
func answer(t *testing.T, files []txtar.File) txtar.File {
	t.Helper()
	root := t.TempDir()
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Name)
		target := filepath.Join(root, f.Name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var cfg *config.Config
	for _, p := range paths {
		if filepath.Base(p) == config.FileName {
			var err error
			if cfg, err = config.Load(root, filepath.Join(root, p), config.Known{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	found, err := Services(load(t, root, paths, cfg), Tree{Dir: root, Paths: paths}, cfg)
	if err == nil {
		return txtar.File{Name: "found", Data: []byte(show(found))}
	}
	if report.KindOf(err) != report.KindUsage {
		t.Errorf("the failure's kind is %v: %v", report.KindOf(err), err)
	}
	text := err.Error() + "\nhint: " + report.HintOf(err) + "\n"
	if strings.Contains(text, root) {
		t.Errorf("the error shows a host path: %s", text)
	}
	return txtar.File{Name: "error", Data: []byte(text)}
}

// load loads the Compose project as Compose would: at the root, in the first directory with a Compose file, or as the
// configuration says.
func load(t *testing.T, root string, paths []string, cfg *config.Config) *types.Project {
	t.Helper()
	dir, files, profiles := root, []string(nil), []string(nil)
	if cfg != nil {
		profiles = cfg.Compose.Profiles
		for _, f := range cfg.Compose.Files {
			files = append(files, filepath.Join(root, cfg.Path(f)))
			dir = filepath.Dir(files[0])
		}
	}
	isCompose := func(p string) bool { return slices.Contains(cli.DefaultFileNames, filepath.Base(p)) }
	if i := slices.IndexFunc(paths, isCompose); i >= 0 && files == nil {
		dir = filepath.Join(root, filepath.Dir(paths[i]))
	}
	options, err := cli.NewProjectOptions(files, cli.WithWorkingDirectory(dir), cli.WithDotEnv, cli.WithDefaultConfigPath,
		cli.WithProfiles(profiles), cli.WithName("case"))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	compose.ShareBuilds(project)
	return project
}

// show formats the result, one finding a line.
func show(p *Project) string {
	var out strings.Builder
	line := func(what string, values ...any) {
		text := strings.TrimSpace(fmt.Sprintln(values...))
		if text != "" && text != "[]" {
			fmt.Fprintf(&out, "%s: %s\n", what, text)
		}
	}
	m := p.Migrations
	line("database", p.Database)
	line("backend", p.Backend)
	line("service", m.Service)
	line("config", m.Config)
	line("section", m.Section)
	line("config in container", m.ConfigInContainer)
	line("workdir", m.Workdir)
	line("scripts", m.ScriptLocation)
	line("scripts in container", m.ScriptLocationInContainer)
	line("versions", m.Versions)
	if s := fmt.Sprint(m.VersionsInContainer); strings.Trim(s, "[ ]") != "" {
		line("versions in container", s)
	}
	line("file template", m.FileTemplate)
	line("prepend_sys_path", m.PrependSysPath)
	line("needs", p.Needs)
	for _, o := range p.OneShots {
		line("task", fmt.Sprintf("%s migrates=%v database=%v", o.Service, o.Migrates, o.UsesDatabase))
	}
	line("backend migrates", p.Seed.BackendMigrates)
	for _, f := range p.Formatters {
		text := strings.Join(f.Argv, " ") + " <- " + f.From
		if f.Hidden {
			text += " (hidden)"
		}
		if f.Version != "" {
			text += " (version " + f.Version + ")"
		}
		line("format", text)
	}
	for _, f := range p.Found {
		line("found", f.What, f.Value, "<-", f.From)
	}
	return out.String()
}
