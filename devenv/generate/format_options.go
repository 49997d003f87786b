package generate

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"devenv/devenv/discover"
)

// withConfiguration returns a formatter's command line in the service. If its configuration is not in the container, or
// not above the new file, it is copied there and passed as an option.
func (f *formatting) withConfiguration(ctx context.Context, with discover.Formatter) ([]string, error) {
	flag := map[string]string{"black": "--config", "ruff": "--config", "isort": "--settings-file", "autoflake": "--config"}[with.Argv[0]]
	if !with.Hidden || flag == "" {
		return with.Argv, nil
	}
	content, err := os.ReadFile(filepath.Join(f.Branch.Tree.Dir(), filepath.FromSlash(with.From)))
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", with.Argv[0], err)
	}
	there := path.Join("/tmp", path.Base(with.From))
	if err := f.Workspace.Engine.WriteFile(ctx, f.Tool.Container, there, content); err != nil {
		f.Note(fmt.Sprintf("%s runs without %s, which is not in the container of %s: %v", with.Argv[0], with.From, f.Project.Migrations.Service,
			err))
		return with.Argv, ctx.Err()
	}
	return append(slices.Clone(with.Argv), flag, there), nil
}

// noteVersion notes that this machine's formatter is not the version the project pins.
func (f *formatting) noteVersion(ctx context.Context, with discover.Formatter, program string) {
	if with.Version == "" {
		return
	}
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err == nil && !slices.Contains(strings.FieldsFunc(string(out), func(c rune) bool { return strings.ContainsRune(" \n,()", c) }),
		with.Version) {
		f.Note(fmt.Sprintf("the file is formatted by this machine's %q; the project pins %s %s", first, with.Argv[0], with.Version))
	}
}
