package alembic

import "devenv/migrations"

// Process is the driver's, wherever it runs.
type Process = migrations.Process

// Command returns the arguments that start the driver with an interpreter, given as the words that start it: a path, or
// "env", "python3". The driver's source travels over stdin, so that it runs on read-only file systems and as any user.
func Command(interpreter ...string) []string {
	return append(append([]string{}, interpreter...), "-u", "-c", bootstrap)
}

// bootstrap reads the driver's modules as one line of JSON and hands over to the first.
const bootstrap = `import io,json,os;f=os.fdopen(os.dup(0),"rb");m=json.loads(f.readline().decode());` +
	`exec(compile(m["boot"],"devenv_driver/boot.py","exec"),{"sources":m,"requests":f})`
