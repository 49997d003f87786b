package devenv

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
)

// format runs the project's formatters on the new file: in the service that holds the migrations, else on the host.
func (r *run) format(ctx context.Context, log *step.Log) error {
	switch {
	case r.file == nil:
		log.Skipped("no new file")
		return nil
	case len(r.project.Formatters) == 0:
		log.Skipped("the project configures no formatter")
		return nil
	}
	var ran []string
	for _, f := range r.project.Formatters {
		where, err := r.formatWith(ctx, f, log)
		if err != nil {
			return err
		}
		if where == "" {
			r.Note(fmt.Sprintf("the file is not formatted: %s is neither in service %s nor on this machine", f.Argv[0], r.project.Migrations.Service))
			continue
		}
		ran = append(ran, strings.Join(f.Argv, " ")+" "+where)
	}
	if len(ran) == 0 {
		log.Skipped("no formatter is there to run")
		return nil
	}
	log.Done(strings.Join(ran, ", "))
	return nil
}

// formatWith runs one formatter and returns where it ran, empty when it is nowhere.
func (r *run) formatWith(ctx context.Context, f discover.Formatter, log *step.Log) (string, error) {
	const notFound = 127
	var out bytes.Buffer
	argv, err := r.withConfiguration(ctx, f)
	if err != nil {
		return "", err
	}
	script := `command -v "$1" >/dev/null 2>&1 || exit 127; exec "$@"`
	code, err := r.Workspace.Engine.Exec(ctx, r.tool.Container, engine.ExecOptions{
		Cmd:     append(append([]string{"sh", "-c", script, "format"}, argv...), r.file.container),
		WorkDir: path.Dir(r.file.container), Stdout: &out, Stderr: &out,
	})
	if err != nil {
		return "", err
	}
	switch code {
	case 0:
		return "in " + r.project.Migrations.Service, r.readBack(ctx)
	case notFound:
		return r.formatOnHost(ctx, f)
	}
	for _, line := range report.LastLines(out.String()) {
		log.Line(line)
	}
	return "", report.Fail(report.KindWork, "correct format: in .devenv.yaml, or leave it out: format: []",
		"format the new file: %s ended with exit status %d", strings.Join(f.Argv, " "), code).WithOutput(report.LastLines(out.String()))
}

// readBack reads the new file out of the tool's container.
func (r *run) readBack(ctx context.Context) error {
	stream, err := r.Workspace.Engine.CopyFrom(ctx, r.tool.Container, r.file.container)
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // it was read to its end
	archive := tar.NewReader(stream)
	if _, err := archive.Next(); err != nil {
		return fmt.Errorf("read %s out of the container: %w", r.file.container, err)
	}
	r.file.content, err = io.ReadAll(archive)
	r.edits[r.file.container] = r.file.content
	return err
}

// formatOnHost runs a formatter of this machine in the private tree.
func (r *run) formatOnHost(ctx context.Context, f discover.Formatter) (string, error) {
	program, err := exec.LookPath(f.Argv[0])
	if errors.Is(err, exec.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	r.noteVersion(ctx, f, program)
	file := filepath.Join(r.branch.Tree.Dir(), filepath.FromSlash(r.file.path))
	if err := os.WriteFile(file, r.file.content, 0o644); err != nil { //nolint:gosec // a source file like its neighbours
		return "", fmt.Errorf("write the new file into the private tree: %w", err)
	}
	command := exec.CommandContext(ctx, program, append(append([]string{}, f.Argv[1:]...), file)...)
	command.Dir, command.Env = filepath.Dir(file), gitrepo.WithoutRepository(os.Environ())
	if out, err := command.CombinedOutput(); err != nil {
		return "", report.Fail(report.KindWork, "correct format: in .devenv.yaml, or leave it out: format: []",
			"format the new file on this machine: %s: %w", strings.Join(f.Argv, " "), err).WithOutput(report.LastLines(string(out)))
	}
	if r.file.content, err = os.ReadFile(file); err != nil {
		return "", err
	}
	return "on this machine", r.edit(ctx, r.file.container, r.file.content)
}

// put writes a file in a container, which may not run.
func (r *run) put(ctx context.Context, container, file string, content []byte) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: path.Base(file), Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return r.Workspace.Engine.CopyTo(ctx, container, path.Dir(file), &archive)
}
