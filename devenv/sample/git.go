package sample

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// git runs git in dir with input on stdin. It ignores the user's configuration and the variables of a git process that
// may be running devenv (as a hook), so that the result is the same everywhere.
func git(ctx context.Context, dir string, input io.Reader, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = gitEnvironment(os.Environ())
	cmd.Stdin = input
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s in %s: %w: %s", args[0], dir, err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

// gitEnvironment returns env without git's variables and without the paths of the user's configuration.
func gitEnvironment(env []string) []string {
	kept := []string{
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		// git before 2.32 does not have GIT_CONFIG_GLOBAL
		"HOME=" + os.DevNull,
		"XDG_CONFIG_HOME=" + os.DevNull,
		"LC_ALL=C",
	}
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		switch {
		case strings.HasPrefix(name, "GIT_"), name == "HOME", name == "XDG_CONFIG_HOME", name == "LC_ALL":
		default:
			kept = append(kept, variable)
		}
	}
	return kept
}

// importStream returns the commits in the format of git fast-import. One process makes them all, and hooks, signatures
// and file modes of the machine do not affect them.
func importStream(commits []commit) (io.Reader, error) {
	var stream bytes.Buffer
	parent := ""
	for _, c := range commits {
		files, err := readLayer(c.layer)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&stream, "commit refs/heads/%s\nauthor %s %s\ncommitter %s %s\n", c.branch, c.author, c.when, c.author, c.when)
		writeData(&stream, []byte(c.message))
		if parent != "" && parent != c.branch {
			fmt.Fprintf(&stream, "from refs/heads/%s\n", parent)
		}
		parent = c.branch
		for _, f := range files {
			fmt.Fprintf(&stream, "M 100644 inline %s\n", f.path)
			writeData(&stream, f.content)
		}
	}
	stream.WriteString("done\n")
	return &stream, nil
}

// writeData writes content as fast-import's data command.
func writeData(stream *bytes.Buffer, content []byte) {
	fmt.Fprintf(stream, "data %d\n", len(content))
	stream.Write(content)
	stream.WriteByte('\n')
}
