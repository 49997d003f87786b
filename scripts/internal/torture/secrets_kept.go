package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// searchAll searches what the commands left: images, the cache, the repository.
func (s *secrets) searchAll(ctx context.Context) error {
	images, err := s.p.images(ctx)
	if err != nil {
		return err
	}
	for _, i := range images {
		ofStack := strings.HasPrefix(i.name(), s.p.name) || i.built() && len(i.RepoTags) == 0
		if ofStack { // made for the user's own stack, or a layer of a built image
			continue
		}
		if err := s.searchImage(ctx, i); err != nil {
			return err
		}
	}
	if err := s.searchCache(); err != nil {
		return err
	}
	return s.searchRepository(ctx)
}

// searchImage searches an image's description, its history, and all files in its layers.
func (s *secrets) searchImage(ctx context.Context, i image) error {
	history, err := docker(ctx, "history", "--no-trunc", i.ID)
	if err != nil {
		return err
	}
	s.judge(i.name(), "image: its JSON", s.places(s.withoutArguments(i, i.raw), "in docker image inspect"),
		s.places(s.withoutArguments(i, history), "in docker history"))
	cmd := exec.CommandContext(ctx, "docker", "save", i.name())
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	hits, err := s.planted.inArchive(out, "", s.official)
	if err != nil {
		return fmt.Errorf("read %s: %w", i.name(), err)
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	s.judge(i.name(), "image: its layers", s.unwanted(hits, i))
	return nil
}

// official reports whether a layer of an archive belongs to an official image.
func (s *secrets) official(member string) bool {
	digest, found := strings.CutPrefix(member, "blobs/sha256/")
	return found && s.bases[digest]
}

// unwanted returns the hits in an image that are devenv's doing, not the project's own.
func (s *secrets) unwanted(hits []hit, i image) []string {
	var found []string
	for _, h := range hits {
		inJSON := !strings.Contains(h.file, ":")
		switch {
		case s.planted.all[h.secret].tracked && !inJSON: // tracked files may be in an image
		case h.secret == buildArgument && i.built():
		default:
			found = append(found, h.secret+" in the image's "+h.file)
		}
	}
	return found
}

// buildArgument is a secret that the project itself writes into its own image's history.
const buildArgument = "build_argument"

// withoutArguments returns an image's description, without its build's arguments if the project builds the image.
func (s *secrets) withoutArguments(i image, said string) string {
	if !i.built() {
		return said
	}
	return strings.ReplaceAll(said, s.planted.all[buildArgument].value, "")
}

// built reports whether the image is built by the project's own Dockerfile.
func (i image) built() bool { return !strings.Contains(i.raw, "PG_MAJOR=") }

// searchCache searches the cache, and checks who may read it.
func (s *secrets) searchCache() error {
	hits, err := s.planted.inDirectory(s.p.cache)
	if errors.Is(err, fs.ErrNotExist) { // nothing was captured
		s.judge("the cache", "files and modes")
		return nil
	}
	if err != nil {
		return err
	}
	var found, open []string
	for _, h := range hits {
		if s.planted.all[h.secret].tracked {
			continue
		}
		if readable, mode := othersRead(s.p.cache, h.file); readable {
			found = append(found, fmt.Sprintf("%s in the cache's %s, which others can read: %s", h.secret, h.file, mode))
		}
	}
	err = filepath.WalkDir(s.p.cache, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err == nil && path == s.p.cache && info.Mode().Perm()&0o077 != 0 {
			open = append(open, fmt.Sprintf("others can access the cache: %s", info.Mode()))
		}
		return nil
	})
	s.judge("the cache", "files and modes", found, open)
	return err
}

// searchRepository searches all objects of the user's repository, reachable or not, for secrets in untracked files.
func (s *secrets) searchRepository(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "git", "-C", s.p.dir, "cat-file", "--batch-all-objects", "--batch")
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	names, err := s.planted.inStream(bytes.NewReader(out))
	if err != nil {
		return err
	}
	var found []string
	for _, name := range names {
		if !s.planted.all[name].tracked {
			found = append(found, name+" in an object of the user's repository")
		}
	}
	s.judge("the repository", "git's objects", found)
	return nil
}

// othersRead reports whether users other than the owner may read a file below a directory, by its mode and those of
// its parents.
func othersRead(dir, file string) (readable bool, mode fs.FileMode) {
	info, err := os.Stat(filepath.Join(dir, file))
	if err != nil || info.Mode().Perm()&0o044 == 0 {
		return false, 0
	}
	for at := filepath.Dir(filepath.Join(dir, file)); len(at) >= len(dir); at = filepath.Dir(at) {
		if above, err := os.Stat(at); err != nil || above.Mode().Perm()&0o011 == 0 {
			return false, 0
		}
	}
	return true, info.Mode()
}
