// Package clitest runs scripts of what a person types and sees, in which devenv is the test binary itself.
package clitest

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"devenv/cmd/cli"
)

// Main makes the test binary act as devenv in the scripts; TestMain calls it.
func Main(m *testing.M) {
	testscript.Main(m, map[string]func(){"devenv": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		status := cli.Run(ctx, cli.Process(), os.Args[1:])
		stop()
		os.Exit(status) //nolint:forbidigo,revive // the test binary is the program here
	}})
}

// Run runs the scripts of testdata/script; with update, it changes what they compare to what the commands print now.
func Run(t *testing.T, update bool) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       update,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
		},
	})
}

// setUp gives a script its own home directory and the environment's engine, if there is one.
func setUp(env *testscript.Env) error {
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT"} {
		if value := os.Getenv(name); value != "" {
			env.Setenv(name, value)
		}
	}
	env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
	env.Setenv("DEVENV_CACHE", filepath.Join(env.WorkDir, ".cache"))
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, name := range []string{"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"} {
		env.Setenv(name, "Test")
	}
	for _, name := range []string{"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"} {
		env.Setenv(name, "test@example.com")
	}
	return os.MkdirAll(filepath.Join(env.WorkDir, ".home"), 0o755)
}

// status runs devenv and compares its exit status: "status 2 devenv undo --bogus". The script's stdout and stderr
// compare what it prints.
func status(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM [ARGUMENT...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}
