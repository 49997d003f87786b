package alembic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// environment is a Python interpreter with specific versions of the tools.
type environment struct {
	name, python string
}

// requirements are the versions to test with: the oldest supported ones (Debian 12's minor versions) and the newest.
var requirements = map[string][]string{
	"oldest": {"alembic==1.8.1", "SQLAlchemy[asyncio]==1.4.46", "psycopg2-binary", "asyncpg", "pg8000", "GeoAlchemy2", "sqlalchemy-utils"},
	"newest": {
		"alembic", "SQLAlchemy[asyncio]", "psycopg2-binary", "psycopg[binary]", "asyncpg", "pg8000", "GeoAlchemy2",
		"sqlalchemy-utils", "sqlmodel", "pgvector",
	},
	"oldest flask": {
		"Flask-Migrate==2.5.3", "Flask==1.1.4", "Flask-SQLAlchemy==2.5.1", "alembic==1.8.1", "SQLAlchemy==1.4.46", "psycopg2-binary",
		"Werkzeug<2.1", "Jinja2<3.1", "MarkupSafe<2.1", "itsdangerous<2.1",
	},
	"newest flask": {"Flask-Migrate", "Flask-SQLAlchemy", "psycopg2-binary", "python-dotenv"},
}

// each runs a test in every environment.
func each(t *testing.T, test func(t *testing.T, env environment)) {
	t.Helper()
	for _, name := range []string{"oldest", "newest"} {
		t.Run(name, func(t *testing.T) { test(t, newEnvironment(t, name)) })
	}
}

// making prevents two tests from building the same environment at the same time.
var making sync.Mutex

// newEnvironment creates the virtual environment once and keeps it in the user's cache directory.
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

// newSubprocess starts the driver as a local process.
func newSubprocess(t *testing.T, dir, python string, env ...string) Process {
	t.Helper()
	argv := Command(python)
	command := exec.Command(argv[0], argv[1:]...)
	command.Dir = dir
	command.Env = append(os.Environ(), env...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Wait would close exec's own pipes while they may still be read.
	out, outWriter := pipe(t)
	errs, errWriter := pipe(t)
	command.Stdout, command.Stderr = outWriter, errWriter
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	outWriter.Close()
	errWriter.Close()
	wait := sync.OnceValues(func() (int, error) {
		err := command.Wait()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			return -1, fmt.Errorf("wait: %w", err)
		}
		return command.ProcessState.ExitCode(), nil
	})
	return &parts{stdin, out, errs, func(context.Context) (int, error) { return wait() }}
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

// parts is a Process assembled from stdin, both output streams and a function that waits for the exit code.
type parts struct {
	io.WriteCloser
	stdout, stderr io.Reader
	wait           func(context.Context) (int, error)
}

func (p *parts) Stdout() io.Reader { return p.stdout }

func (p *parts) Stderr() io.Reader { return p.stderr }

func (p *parts) Wait(ctx context.Context) (int, error) { return p.wait(ctx) }
