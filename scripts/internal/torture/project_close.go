package main

import (
	"context"
	"errors"
	"os"
	"time"
)

// forCleaning is how long the removal of a project may take.
const forCleaning = 3 * time.Minute

// close removes everything of the project from the engine, and its directory.
func (p *project) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forCleaning)
	defer cancel()
	var failed error
	remove := func(list []string, rm ...string) {
		found, err := dockerLines(ctx, list...)
		if err == nil && len(found) > 0 {
			_, err = docker(ctx, append(rm, found...)...)
		}
		failed = errors.Join(failed, err)
	}
	ours := []string{"label=com.docker.compose.project=" + p.name, "label=dev.devenv.root=" + p.dir, "name=" + p.name}
	for _, filter := range ours { // containers keep the rest in use
		remove([]string{"ps", "-aq", "--filter", filter}, "rm", "-fv")
	}
	for _, filter := range ours {
		remove([]string{"volume", "ls", "-q", "--filter", filter}, "volume", "rm", "-f")
		remove([]string{"network", "ls", "-q", "--filter", filter}, "network", "rm")
	}
	return errors.Join(failed, p.removeImages(ctx), os.RemoveAll(p.dir))
}

// removeImages removes the project's images; parents of other images are removed in a later round.
func (p *project) removeImages(ctx context.Context) error {
	for range 5 {
		images, err := p.images(ctx)
		if err != nil || len(images) == 0 {
			return err
		}
		for _, i := range images {
			names := i.RepoTags
			if len(names) == 0 {
				names = []string{i.ID}
			}
			_, _ = docker(ctx, append([]string{"rmi", "-f"}, names...)...) // the next round tries again
		}
	}
	return nil
}

// close removes the place's directory: the projects are gone already, but the cache is not.
func (pl *place) close() error { return os.RemoveAll(pl.dir) }
