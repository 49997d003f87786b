package devenv

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

// withConfiguration is a formatter's command line in the service. Where the file that configures it is not in the container,
// at least not above the new file, it is brought there and named.
func (r *run) withConfiguration(ctx context.Context, f discover.Formatter) ([]string, error) {
	flag := map[string]string{"black": "--config", "ruff": "--config", "isort": "--settings-file", "autoflake": "--config"}[f.Argv[0]]
	if !f.Hidden || flag == "" {
		return f.Argv, nil
	}
	content, err := os.ReadFile(filepath.Join(r.branch.Tree.Dir(), filepath.FromSlash(f.From)))
	if err != nil {
		return nil, fmt.Errorf("read what configures %s: %w", f.Argv[0], err)
	}
	there := path.Join("/tmp", path.Base(f.From))
	if err := r.put(ctx, r.tool.Container, there, content); err != nil {
		r.Note(fmt.Sprintf("%s runs without %s, which is not in the container of %s: %v", f.Argv[0], f.From, r.project.Migrations.Service, err))
		return f.Argv, ctx.Err()
	}
	return append(slices.Clone(f.Argv), flag, there), nil
}

// noteVersion says that this machine's formatter is not of the version that the project asks for.
func (r *run) noteVersion(ctx context.Context, f discover.Formatter, program string) {
	if f.Version == "" {
		return
	}
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err == nil && !slices.Contains(strings.FieldsFunc(string(out), func(c rune) bool { return strings.ContainsRune(" \n,()", c) }), f.Version) {
		r.Note(fmt.Sprintf("the file is formatted by %q of this machine; the project asks for %s %s", first, f.Argv[0], f.Version))
	}
}
