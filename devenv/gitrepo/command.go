package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"devenv/devenv/report"
)

// CommandError is a failed git command, with its arguments and what git reported.
type CommandError struct {
	// Args are the arguments without the settings that every command gets.
	Args []string
	Dir  string
	// ExitCode is -1 if git did not start or a signal ended it.
	ExitCode int
	// Stderr is what git printed, without passwords in URLs.
	Stderr string
	Err    error
}

// Error names the command and the end of git's message, both shortened; the fields have them in full.
func (e *CommandError) Error() string {
	const longArgs, manyLines = 200, 10
	args := strings.Join(e.Args, " ")
	if len(args) > longArgs {
		args = strings.ToValidUTF8(args[:longArgs], "") + " …"
	}
	message := strings.TrimSpace(e.Stderr)
	if lines := strings.Split(message, "\n"); len(lines) > manyLines {
		message = strings.Join(lines[len(lines)-manyLines:], "\n")
	}
	if message == "" {
		message = e.Err.Error()
	}
	return fmt.Sprintf("git %s: %s", args, message)
}

// Unwrap returns the process's error.
func (e *CommandError) Unwrap() error { return e.Err }

// command is a git command under construction; run, bytes, line and list execute it.
type command struct {
	dir   string
	args  []string
	conf  []string
	env   []string
	stdin io.Reader
}

// git returns a command that runs in dir.
func git(dir string, args ...string) *command { return &command{dir: dir, args: args} }

// with adds environment variables ("K=V"), which override inherited ones.
func (c *command) with(env ...string) *command {
	c.env = append(c.env, env...)
	return c
}

// set adds configuration ("core.bare=false") for this command only.
func (c *command) set(conf ...string) *command {
	c.conf = append(c.conf, conf...)
	return c
}

// input gives the command its standard input.
func (c *command) input(r io.Reader) *command {
	c.stdin = r
	return c
}

// bytes runs the command and returns its output.
func (c *command) bytes(ctx context.Context) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", append(settings(c.conf), c.args...)...)
	cmd.Dir = c.dir
	cmd.Env = append(environment(os.Environ()), c.env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.stdin, &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second
	err := runProcess(cmd)
	if err == nil {
		return stdout.Bytes(), nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	failed := &CommandError{
		Args: c.args, Dir: c.dir, ExitCode: exitCode(err), Stderr: withoutPasswords(stderr.String()), Err: err,
	}
	if lacksObjects(failed.Stderr) {
		return stdout.Bytes(), report.Fail(report.KindWork,
			"make the remote reachable, or fetch the missing objects while it is: git fetch "+
				"--refetch --no-filter",
			"this is a partial clone, and git could not get a file that it lacks from the remote: %w", failed)
	}
	return stdout.Bytes(), failed
}

// lacksObjects reports whether git failed to get objects that a partial clone leaves at its remote.
func lacksObjects(stderr string) bool { return strings.Contains(stderr, "from promisor remote") }

// run runs the command and ignores its output.
func (c *command) run(ctx context.Context) error {
	_, err := c.bytes(ctx)
	return err
}

// line runs the command and returns its output without the last newline.
func (c *command) line(ctx context.Context) (string, error) {
	out, err := c.bytes(ctx)
	return strings.TrimSuffix(string(out), "\n"), err
}

// list runs a command with -z and returns the fields that it printed.
func (c *command) list(ctx context.Context) ([]string, error) {
	out, err := c.bytes(ctx)
	return splitNul(out), err
}

func splitNul(out []byte) []string {
	text := strings.TrimSuffix(string(out), "\x00")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}

func joinNul(fields []string) io.Reader {
	if len(fields) == 0 {
		return strings.NewReader("")
	}
	return strings.NewReader(strings.Join(fields, "\x00") + "\x00")
}

// exitedWith reports whether err is a git command that exited with the code.
func exitedWith(err error, code int) bool {
	var failed *CommandError
	return errors.As(err, &failed) && failed.ExitCode == code
}

// stderrOf returns what git wrote to stderr; empty if err is not a failed command.
func stderrOf(err error) string {
	var failed *CommandError
	if errors.As(err, &failed) {
		return failed.Stderr
	}
	return ""
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// withoutPasswords removes the user part from URLs: a filter or remote helper may print its URL.
func withoutPasswords(text string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "://")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString("://")
		end := strings.IndexAny(after, "/ \t\r\n'\"")
		if end < 0 {
			end = len(after)
		}
		if at := strings.LastIndexByte(after[:end], '@'); at >= 0 {
			out.WriteString("***")
			after = after[at:]
		}
		text = after
	}
}
