package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// key runs devenv as on a fresh machine, then again, and makes changes that must and changes that must not lead to
// another base.
type key struct {
	*torture
	p *project
	// image is the database's, in a registry; from is the base image of the backend's Dockerfile.
	image, from string
}

// baseOf is the base that a run used.
type baseOf struct {
	Image  string
	Cached bool
}

// keyChange is something that happens between two runs.
type keyChange struct {
	what string
	do   func(context.Context) error
	// same means that the base must be the previous one.
	same bool
}

// run makes all attempts.
func (k *key) run(ctx context.Context) (err error) {
	address, stop, err := startRegistry(ctx, filepath.Join(k.place.dir, "registry"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	k.image, k.from = address+"/acme/postgres:17", label+"-from:"+k.place.id
	if err := k.prepare(ctx); err != nil {
		return err
	}
	defer k.remove(context.WithoutCancel(ctx))
	before, err := k.base(ctx)
	if err != nil {
		return err
	}
	for _, change := range k.changes() {
		if err := change.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", change.what, err)
		}
		after, err := k.base(ctx)
		if err != nil {
			return err
		}
		k.table.add(attempt{
			command: "the base's key", moment: change.what, done: "new-migration, twice",
			finding: judgeKey(before, after, change.same),
		})
		before = after
	}
	return nil
}

// changes returns the changes to try, in order.
func (k *key) changes() []keyChange {
	onBase := func(name, line string) func(context.Context) error {
		return func(ctx context.Context) error {
			return k.p.onBase(ctx, func() error {
				content, err := k.p.read(name)
				return errors.Join(err, k.p.write(name, content+line))
			})
		}
	}
	return []keyChange{
		{"nothing, but the database's image exists now", func(context.Context) error { return nil }, true},
		{"a second name on the database's image", k.tagAgain, true},
		{"a commit that changes only the README", onBase("README.md", "\nRead on.\n"), true},
		{"the database's image removed and pulled again", func(ctx context.Context) error {
			_, err := docker(ctx, "rmi", k.image)
			return err
		}, true},
		{
			"the backend's base image rebuilt",
			func(ctx context.Context) error { return k.buildFrom(ctx, "RUN touch /etc/rebuilt\n") }, false,
		},
		{"a commit that changes a model's file", onBase("backend/src/toolshed/models/member.py", "\n# changed\n"), false},
	}
}

// judgeKey judges whether a change led to another base exactly when it must.
func judgeKey(before, after baseOf, same bool) finding {
	switch {
	case same && after.Image != before.Image:
		return finding{lost, fmt.Sprintf("the base was %s and is now %s", before.Image, after.Image)}
	case same && !after.Cached:
		return finding{lost, fmt.Sprintf("the base %s was rebuilt", after.Image)}
	case !same && (after.Image == before.Image || after.Cached):
		return finding{lost, fmt.Sprintf("the base is %s, which was already known", after.Image)}
	case same:
		return finding{outcome: asBefore}
	}
	return finding{outcome: complete}
}

// base runs devenv and returns the base that it used.
func (k *key) base(ctx context.Context) (baseOf, error) {
	r, err := k.p.must(ctx, "--format", "json", "new-migration", "--dry-run", "--no-verify", "Deposits and care notes")
	if err != nil {
		return baseOf{}, err
	}
	var document struct{ Base baseOf }
	err = json.Unmarshal([]byte(r.stdout), &document)
	fmt.Fprintf(k.progress, "the base is %s, known: %v\n", document.Base.Image, document.Base.Cached)
	return document.Base, err
}

// prepare pushes the database's image to the registry and removes its name from the engine, as on a machine that
// never pulled it.
func (k *key) prepare(ctx context.Context) error {
	for _, args := range [][]string{{"tag", "postgres:17", k.image}, {"push", "-q", k.image}, {"rmi", k.image}} {
		if _, err := docker(ctx, args...); err != nil {
			return err
		}
	}
	var err error
	if k.p, err = k.place.newProject(ctx); err != nil {
		return err
	}
	dockerfile, err := k.p.read("backend/Dockerfile")
	if err != nil {
		return err
	}
	upper, lower, _ := strings.Cut(dockerfile, "WORKDIR")
	if err := k.p.write("from/Dockerfile", upper); err != nil {
		return err
	}
	if err := k.buildFrom(ctx, ""); err != nil {
		return err
	}
	return k.p.onBase(ctx, func() error {
		composeFile, err := k.p.read(composePath)
		return errors.Join(err, k.p.write("backend/Dockerfile", "FROM "+k.from+"\nWORKDIR"+lower),
			k.p.write(composePath, strings.Replace(composeFile, "image: postgres:17", "image: "+k.image, 1)))
	})
}

// buildFrom builds the backend's base image.
func (k *key) buildFrom(ctx context.Context, lines string) error {
	dockerfile, err := k.p.read("from/Dockerfile")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "docker", "build", "-q", "-t", k.from, "-")
	cmd.Stdin = strings.NewReader(dockerfile + lines)
	_, err = output(cmd)
	return err
}

// tagAgain gives the database's image a name that sorts before its own.
func (k *key) tagAgain(ctx context.Context) error {
	address, _, _ := strings.Cut(k.image, "/")
	other := address + "/aaa/postgres:17"
	for _, args := range [][]string{{"tag", k.image, other}, {"push", "-q", other}} {
		if _, err := docker(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// remove removes what was created; the name identifies what cannot be removed.
func (k *key) remove(ctx context.Context) {
	address, _, _ := strings.Cut(k.image, "/")
	_ = k.p.close(ctx)
	_, _ = docker(ctx, "rmi", k.image, address+"/aaa/postgres:17", k.from)
}
