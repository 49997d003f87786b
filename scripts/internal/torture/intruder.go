package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// way is how somebody starts a server on the user's data while devenv is working on it.
type way struct {
	name string
	// alone means that it is tried only while the stack's own server is stopped: otherwise two servers on the same
	// files would be the user's own doing.
	alone bool
	// foreign means that it is a separate container, which does not know of the stack's server.
	foreign bool
	// beforehand means that it happens before the command, which must then answer as wanted.
	beforehand bool
	want       answer
	// start starts it, and returns the container to write through.
	start func(ctx context.Context, p *project, n int) (container string, err error)
}

// answer is how a command must answer.
type answer string

const (
	refusal answer = "refusal"
	success answer = "success"
)

// ways returns the ways, the most common first; the last one needs Docker Compose itself.
func ways(compose []string) []way {
	all := []way{
		{name: "docker start", start: startOwn},
		{name: "another container", alone: true, foreign: true, start: startOther},
		{name: "idle container, then server", foreign: true, start: startIdle},
		{name: "crash, restart policy", start: crash},
		{name: "another server runs", beforehand: true, want: refusal, start: startOtherInstead},
		{name: "the server has crashed", beforehand: true, want: success, start: kill},
	}
	if len(compose) > 0 {
		all = append(all, way{name: "compose up, new container", start: recreate})
	}
	return all
}

// startOwn starts the stack's own container, as "docker compose up" in another terminal does.
func startOwn(ctx context.Context, p *project, _ int) (string, error) {
	_, err := docker(ctx, "start", p.container("postgres"))
	return p.container("postgres"), err
}

// startOther starts a server of another project on the same data.
func startOther(ctx context.Context, p *project, n int) (string, error) {
	name := fmt.Sprintf("%s%d", p.intruderName(), n)
	_, err := docker(ctx, append(p.onData(name), "postgres:17")...)
	return name, err
}

// startOtherInstead stops the stack's server and starts another on its data.
func startOtherInstead(ctx context.Context, p *project, n int) (string, error) {
	if _, err := docker(ctx, "stop", "-t", "60", p.container("postgres")); err != nil {
		return "", err
	}
	return startOther(ctx, p, n)
}

// kill kills the stack's server so that its lock file stays.
func kill(ctx context.Context, p *project, _ int) (string, error) {
	_, err := docker(ctx, "kill", p.container("postgres"))
	return p.container("postgres"), err
}

// idle waits until no server's lock is in the data, then starts a server: a dev container that is created first and
// serves later.
const idle = `cd "$PGDATA"; while [ -e postmaster.pid ]; do sleep 0.05; done; exec docker-entrypoint.sh postgres`

// startIdle starts a container that mounts the data and serves it once the stack's own server has stopped.
func startIdle(ctx context.Context, p *project, n int) (string, error) {
	name := fmt.Sprintf("%s%d", p.intruderName(), n)
	_, err := docker(ctx, append(p.onData(name), "--entrypoint", "sh", "postgres:17", "-c", idle)...)
	return name, err
}

// onData returns the beginning of a command that runs a container on the project's data.
func (p *project) onData(name string) []string {
	data := p.volume
	if data == "" {
		data = filepath.Join(p.dir, "data/postgres/pgdata")
	}
	return []string{"run", "-d", "--name", name, "-e", "POSTGRES_PASSWORD=x", "-v", data + ":/var/lib/postgresql/data"}
}

// crash makes the server crash; its restart policy restarts it.
func crash(ctx context.Context, p *project, _ int) (string, error) {
	name := p.container("postgres")
	if _, err := docker(ctx, "update", "--restart=always", name); err != nil {
		return name, err
	}
	_, err := docker(ctx, "exec", "-u", "root", name, "sh", "-c", "kill -QUIT 1")
	return name, err
}

// recreate recreates the database's container and starts it, as "docker compose up" does after an edit of the file.
func recreate(ctx context.Context, p *project, _ int) (string, error) {
	cmd := exec.CommandContext(ctx, p.compose[0], append(p.compose[1:], "up", "-d", "--force-recreate", "--no-deps", "postgres")...)
	cmd.Dir = p.dir
	_, err := output(cmd)
	return p.container("postgres"), err
}

// expel stops the intruders, as their owner would, and returns their servers' logs.
func (p *project) expel(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	names, err := dockerLines(ctx, "ps", "-a", "--filter", "name="+p.intruderName(), "--format", "{{.Names}}")
	if err != nil {
		return "", err
	}
	var log strings.Builder
	for _, name := range names {
		if _, err := docker(ctx, "stop", "-t", "60", name); err != nil {
			return "", err
		}
		log.WriteString(logSince(ctx, name, time.Unix(0, 0)))
		if _, err := docker(ctx, "rm", "-v", name); err != nil {
			return "", err
		}
	}
	return log.String(), nil
}
