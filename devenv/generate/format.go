package generate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"devenv/compose/engine"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
)

// formatting runs formatters on the new file.
type formatting struct {
	*testbed.Testbed
	migration *Migration
	file      *File
}

// Format runs the project's formatters on the new files, in the service that contains the migrations or else on the
// host.
func (m *Migration) Format(ctx context.Context, b *testbed.Testbed, log *step.Log) error {
	switch {
	case m.File == nil:
		log.Skipped("no new file")
		return nil
	case len(b.Project.Formatters) == 0:
		log.Skipped("the project configures no formatter")
		return nil
	}
	if m.Baseline != nil {
		first := &formatting{Testbed: b, migration: m, file: m.Baseline}
		if _, err := first.formatAll(ctx, log); err != nil {
			return err
		}
	}
	f := &formatting{Testbed: b, migration: m, file: m.File}
	ran, err := f.formatAll(ctx, log)
	if err != nil {
		return err
	}
	if len(ran) == 0 {
		log.Skipped("no formatter is installed")
		return nil
	}
	log.Done(strings.Join(ran, ", "))
	return nil
}

// formatAll runs each formatter and returns which ran, and where.
func (f *formatting) formatAll(ctx context.Context, log *step.Log) (ran []string, err error) {
	for _, with := range f.Project.Formatters {
		where, err := f.formatWith(ctx, with, log)
		if err != nil {
			return nil, f.Tool.ExplainEnded(ctx, err)
		}
		if where == "" {
			f.Note(fmt.Sprintf("the file is not formatted: %s is neither in service %s nor on this machine", with.Argv[0],
				f.Project.Migrations.Service))
			continue
		}
		ran = append(ran, strings.Join(with.Argv, " ")+" "+where)
	}
	return ran, nil
}

// formatWith runs one formatter and returns where it ran, empty if it is nowhere.
func (f *formatting) formatWith(ctx context.Context, with discover.Formatter, log *step.Log) (string, error) {
	const notFound = 127
	var out bytes.Buffer
	argv, err := f.withConfiguration(ctx, with)
	if err != nil {
		return "", err
	}
	script := `command -v "$1" >/dev/null 2>&1 || exit 127; exec "$@"`
	code, err := f.Workspace.Engine.Exec(ctx, f.Tool.Container, engine.ExecOptions{
		Cmd:     append(append([]string{"sh", "-c", script, "format"}, argv...), f.file.Container),
		WorkDir: path.Dir(f.file.Container), Stdout: &out, Stderr: &out,
	})
	if err != nil {
		return "", err
	}
	switch code {
	case 0:
		return "in " + f.Project.Migrations.Service, f.readBack(ctx)
	case notFound:
		return f.formatOnHost(ctx, with)
	}
	for _, line := range report.LastLines(out.String()) {
		log.Line(line)
	}
	return "", report.Fail(report.KindWork, "correct format: in .devenv.yaml, or turn formatting off: format: []",
		"format the new file: %s exited with status %d", strings.Join(with.Argv, " "), code).WithOutput(report.LastLines(out.String()))
}

// readBack reads the new file from the tool's container.
func (f *formatting) readBack(ctx context.Context) error {
	content, found, err := f.Workspace.Engine.ReadFile(ctx, f.Tool.Container, f.file.Container)
	if err == nil && !found {
		err = report.Fail(report.KindWork, "", "read %s from the container: the formatter removed it", f.file.Container)
	}
	f.file.Content, f.migration.Edits[f.file.Container] = content, content
	return err
}

// formatOnHost runs a formatter of this machine in the private tree.
func (f *formatting) formatOnHost(ctx context.Context, with discover.Formatter) (string, error) {
	program, err := exec.LookPath(with.Argv[0])
	if errors.Is(err, exec.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	f.noteVersion(ctx, with, program)
	file := filepath.Join(f.Branch.Tree.Dir(), filepath.FromSlash(f.file.Path))
	if err := os.WriteFile(file, f.file.Content, 0o644); err != nil { //nolint:gosec // a source file like its neighbours
		return "", fmt.Errorf("write the new file into the private tree: %w", err)
	}
	command := exec.CommandContext(ctx, program, append(append([]string{}, with.Argv[1:]...), file)...)
	command.Dir, command.Env = filepath.Dir(file), gitrepo.WithoutRepository(os.Environ())
	if out, err := command.CombinedOutput(); err != nil {
		return "", report.Fail(report.KindWork, "correct format: in .devenv.yaml, or turn formatting off: format: []",
			"format the new file on this machine: %s: %w", strings.Join(with.Argv, " "), err).WithOutput(report.LastLines(string(out)))
	}
	if f.file.Content, err = os.ReadFile(file); err != nil {
		return "", err
	}
	f.migration.Edits[f.file.Container] = f.file.Content
	return "on this machine", f.Workspace.Engine.WriteFile(ctx, f.Tool.Container, f.file.Container, f.file.Content)
}
