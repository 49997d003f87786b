package alembic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// environment is a Python interpreter with certain versions of the tools.
type environment struct {
	name, python string
}

// requirements are the versions that are tested live: the oldest supported (Debian 12's minor versions) and the newest.
var requirements = map[string][]string{
	"oldest": {"alembic==1.8.1", "SQLAlchemy[asyncio]==1.4.46", "psycopg2-binary", "asyncpg", "pg8000"},
	"newest": {"alembic", "SQLAlchemy[asyncio]", "psycopg2-binary", "psycopg[binary]", "asyncpg", "pg8000"},
}

// each runs a test in every environment.
func each(t *testing.T, test func(t *testing.T, env environment)) {
	t.Helper()
	for _, name := range []string{"oldest", "newest"} {
		t.Run(name, func(t *testing.T) { test(t, newEnvironment(t, name)) })
	}
}

// making keeps two tests from building the same environment at once.
var making sync.Mutex

// newEnvironment makes the virtual environment once and keeps it in the user's cache directory.
func newEnvironment(t *testing.T, name string) environment {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(strings.Join(requirements[name], " ")))
	dir := filepath.Join(cache, "devenv-test", "venv-"+hex.EncodeToString(sum[:6]))
	python := filepath.Join(dir, "bin", "python")
	ready := filepath.Join(dir, "ready")
	if _, err := os.Stat(ready); err == nil {
		return environment{name: name, python: python}
	}
	run(t, "python3", "-m", "venv", "--clear", dir)
	run(t, python, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, requirements[name]...)...)
	if err := os.WriteFile(ready, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return environment{name: name, python: python}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// subprocess is a local Process.
type subprocess struct {
	io.WriteCloser
	command        *exec.Cmd
	stdout, stderr io.Reader
	once           sync.Once
	err            error
}

var _ Process = (*subprocess)(nil)

func newSubprocess(t *testing.T, dir, python string, env ...string) *subprocess {
	t.Helper()
	argv := Command(python)
	p := &subprocess{command: exec.Command(argv[0], argv[1:]...)}
	p.command.Dir = dir
	p.command.Env = append(os.Environ(), env...)
	var err error
	if p.WriteCloser, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	// Pipes of our own: exec's are closed by Wait, while they may still be read.
	out, outWriter := pipe(t)
	errs, errWriter := pipe(t)
	p.stdout, p.stderr = out, errs
	p.command.Stdout, p.command.Stderr = outWriter, errWriter
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	outWriter.Close()
	errWriter.Close()
	return p
}

func pipe(t *testing.T) (*os.File, *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader, writer
}

func (p *subprocess) Stdout() io.Reader { return p.stdout }

func (p *subprocess) Stderr() io.Reader { return p.stderr }

func (p *subprocess) Wait(context.Context) (int, error) {
	p.once.Do(func() { p.err = p.command.Wait() })
	if _, exited := p.err.(*exec.ExitError); p.err != nil && !exited {
		return -1, fmt.Errorf("wait: %w", p.err)
	}
	return p.command.ProcessState.ExitCode(), nil
}
