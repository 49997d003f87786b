package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"devenv/devenv/sample"
)

// composePath is the sample's Compose file.
const composePath = "docker-compose.yml"

// bindPlace is where the sample keeps its data.
const bindPlace = "./data/postgres/pgdata:/var/lib/postgresql/data"

// project is a copy of the sample with its own stack, cache and name.
type project struct {
	binary    string // devenv's
	name, dir string
	cache     string
	// id is the value of the label on everything that the project creates.
	id string
	// volume holds the data; empty if the data is in the project's directory.
	volume string
	// imagesBefore are those that existed on the engine before the project; commits are those of its base.
	imagesBefore []image
	commits      []string
	extra        []string // environment
	// compose is the command of Docker Compose, empty if there is none.
	compose []string
	// calibrating means that sightings are collected although the run is not disturbed.
	calibrating bool
}

// label is on everything that a project's Compose file creates, and on what is created from that.
const label = "devenv-torture"

// place creates projects.
type place struct {
	binary, dir, id string
	compose         []string
	bind            bool // the data is in the project's directory
	// edit changes the base's files; nil moves its ports and its data out of the way of others.
	edit func(dir string) error
	made int
}

// newProject unpacks the sample and moves its ports and its data, on both branches.
func (pl *place) newProject(ctx context.Context) (*project, error) {
	pl.made++
	name := fmt.Sprintf("torture%s%d", pl.id, pl.made)
	p := &project{
		binary: pl.binary, compose: pl.compose, name: name, id: pl.id,
		dir: filepath.Join(pl.dir, name), cache: filepath.Join(pl.dir, "cache"),
	}
	if !pl.bind {
		p.volume = name + "_pgdata"
	}
	var err error
	if p.imagesBefore, err = allImages(ctx); err != nil {
		return nil, err
	}
	if err := sample.Unpack(ctx, p.dir); err != nil {
		return nil, err
	}
	return p, p.onBase(ctx, func() error {
		if pl.edit != nil {
			return pl.edit(p.dir)
		}
		return p.moveAway()
	})
}

// onBase changes files on the base and rebases the branch on it, keeping its uncommitted edit.
func (p *project) onBase(ctx context.Context, change func() error) error {
	before := [][]string{{"stash", "-q"}, {"checkout", "-q", sample.BaseBranch}}
	after := [][]string{
		{"add", "-A"},
		{"commit", "-q", "--allow-empty", "-m", "Change the base"},
		{"checkout", "-q", sample.FeatureBranch},
		{"rebase", "-q", sample.BaseBranch},
		{"stash", "pop", "-q"},
	}
	run := func(commands [][]string) error {
		for _, args := range commands {
			if _, err := git(ctx, p.dir, args...); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run(before); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if err := run(after); err != nil {
		return err
	}
	commit, err := git(ctx, p.dir, "rev-parse", sample.BaseBranch)
	p.commits = append(p.commits, commit)
	return err
}

// moveAway gives the Compose file free ports, the label and, on request, a named volume.
func (p *project) moveAway() error {
	database, err := freePort()
	if err != nil {
		return err
	}
	backend, err := freePort()
	if err != nil {
		return err
	}
	labels := fmt.Sprintf("    labels: {%s: %q}\n", label, p.id)
	changes := []string{
		`"6545:5432"`, fmt.Sprintf(`"127.0.0.1:%d:5432"`, database),
		`"8888:8080"`, fmt.Sprintf(`"127.0.0.1:%d:8080"`, backend),
		"    image: postgres:17\n", "    image: postgres:17\n" + labels,
		"    build: ./backend\n", "    build: ./backend\n" + labels,
	}
	if p.volume != "" {
		changes = append(changes, bindPlace, "pgdata:/var/lib/postgresql/data")
	}
	content, err := p.read(composePath)
	if err != nil {
		return err
	}
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(content, changes[i]) {
			return fmt.Errorf("the sample's %s has no %q", composePath, changes[i])
		}
		content = strings.ReplaceAll(content, changes[i], changes[i+1])
	}
	if p.volume != "" {
		content += "\nvolumes:\n  pgdata:\n"
	}
	dockerfile, err := p.read("backend/Dockerfile")
	if err != nil {
		return err
	}
	return errors.Join(p.write("backend/Dockerfile", labelled(dockerfile, p.id)), p.write(composePath, content))
}

// labelled returns a Dockerfile whose image has the label.
func labelled(dockerfile, id string) string {
	return strings.TrimRight(dockerfile, "\n") + "\nLABEL " + label + "=" + id + "\n"
}

// freePort returns a loopback port that nobody listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func (p *project) read(name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(p.dir, name))
	return string(content), err
}

func (p *project) write(name, content string) error {
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}

// environment returns devenv's environment: a cache of the project's own, and no terminal settings.
func (p *project) environment() []string {
	return append(append(os.Environ(), "DEVENV_CACHE="+p.cache, "DEVENV_PARALLEL_RUNS=-1", "NO_COLOR=1"), p.extra...)
}

// container returns the name of a service's container.
func (p *project) container(service string) string { return p.name + "-" + service + "-1" }

// intruderName is the prefix of the names of containers that somebody else starts on the project's data.
func (p *project) intruderName() string { return p.name + "-intruder" }
