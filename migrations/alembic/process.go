package alembic

import (
	"context"
	"io"
)

// Process is a running command with its streams, wherever it runs: an exec in a container, or a local subprocess.
type Process interface {
	// Write and Close are the command's stdin.
	io.WriteCloser
	Stdout() io.Reader
	Stderr() io.Reader
	// Wait returns the exit code once the command has ended.
	Wait(ctx context.Context) (int, error)
}

// Command returns the arguments that start the driver with an interpreter, given as the words that start it: a path, or
// "env", "python3". The driver's source travels over stdin, so that it runs on read-only file systems and as any user.
func Command(interpreter ...string) []string {
	return append(append([]string{}, interpreter...), "-u", "-c", bootstrap)
}

// bootstrap reads the driver's modules as one line of JSON and hands over to the first.
const bootstrap = `import io,json,os;f=os.fdopen(os.dup(0),"rb");m=json.loads(f.readline().decode());` +
	`exec(compile(m["boot"],"devenv_driver/boot.py","exec"),{"sources":m,"requests":f})`
