package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// docker runs the engine's own client, like somebody who knows nothing of devenv, and returns its output.
func docker(ctx context.Context, args ...string) (string, error) {
	return output(exec.CommandContext(ctx, "docker", args...))
}

// output runs a program and returns its standard output without the final newline; an error contains its standard
// error.
func output(cmd *exec.Cmd) (string, error) {
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(problems.String()))
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

// dockerLines returns the lines that the client printed, none if there was no output.
func dockerLines(ctx context.Context, args ...string) ([]string, error) {
	printed, err := docker(ctx, args...)
	if err != nil || printed == "" {
		return nil, err
	}
	return strings.Split(printed, "\n"), nil
}

// git runs git in a directory, without the user's own settings.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0")
	return output(cmd)
}
