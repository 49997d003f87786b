package alembic

import "devenv/migrations"

// Process is the process that the driver runs in.
type Process = migrations.Process

// Command returns the command line that starts the driver with an interpreter, which is given as a command: a path, or
// "env", "python3". The driver's source is sent over stdin, so that it runs on read-only file systems and as any user.
func Command(interpreter ...string) []string {
	return append(append([]string{}, interpreter...), "-u", "-c", bootstrap)
}

// bootstrap reads the driver's modules from one line of JSON and runs the module "boot".
const bootstrap = `import io,json,os;f=os.fdopen(os.dup(0),"rb");m=json.loads(f.readline().decode());` +
	`exec(compile(m["boot"],"devenv_driver/boot.py","exec"),{"sources":m,"requests":f})`
