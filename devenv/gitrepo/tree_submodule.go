package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// The file in a tree's git directory that lists the git directories of its submodules' trees, separated by NUL.
const submoduleList = "devenv-submodules"

// checkoutSubmodules fills the tree's submodules from objects that the user has: in the submodule's checkout, else in
// the common directory. A submodule without objects stays empty and is noted; nothing is fetched.
func (t *Tree) checkoutSubmodules(ctx context.Context, commit string) error {
	names, err := t.submoduleNames(ctx, commit)
	if err != nil || len(names) == 0 {
		return err
	}
	files, err := t.repo.Files(ctx, commit, "")
	if err != nil {
		return err
	}
	var made []string
	for _, f := range files {
		if f.Mode != modeSubmodule || names[f.Path] == "" {
			continue
		}
		gitDir, err := t.checkoutSubmodule(ctx, names[f.Path], f)
		if err != nil {
			return fmt.Errorf("submodule %s: %w", f.Path, err)
		}
		if gitDir != "" {
			made = append(made, gitDir)
		}
	}
	return os.WriteFile(filepath.Join(t.gitDir, submoduleList), []byte(strings.Join(made, "\x00")), 0o666)
}

// submoduleNames reads a commit's .gitmodules: path to name.
func (t *Tree) submoduleNames(ctx context.Context, commit string) (map[string]string, error) {
	modules, err := t.repo.Files(ctx, commit, ".gitmodules")
	if err != nil || len(modules) == 0 {
		return nil, err
	}
	entries, err := t.repo.git("config", "-z", "--blob", modules[0].ID, "--get-regexp", `^submodule\..*\.path$`).list(ctx)
	if err != nil && !exitedWith(err, 1) {
		return nil, err
	}
	names := map[string]string{}
	for _, entry := range entries {
		key, path, _ := strings.Cut(entry, "\n")
		names[path] = strings.TrimSuffix(strings.TrimPrefix(key, "submodule."), ".path")
	}
	return names, nil
}

// checkoutSubmodule fills one submodule and returns the git directory of its tree, empty if the objects are missing.
func (t *Tree) checkoutSubmodule(ctx context.Context, name string, f File) (string, error) {
	source := t.submoduleSource(ctx, name, f)
	if source == nil {
		t.Empty = append(t.Empty, f.Path)
		t.Notes = append(t.Notes, fmt.Sprintf("submodule %s is empty: commit %s is missing (git submodule update --init fetches it)",
			f.Path, short(f.ID)))
		return "", nil
	}
	sub := &Tree{
		repo: source, dir: filepath.Join(t.dir, filepath.FromSlash(f.Path)), keepIgnored: t.keepIgnored,
		gitDir: filepath.Join(source.commonDir, "devenv", filepath.Base(t.gitDir)),
		lock:   flock.New(t.lock.Path()), // never taken: the outer tree's lock covers it
	}
	if err := sub.prepare(); err != nil {
		return "", err
	}
	if err := sub.Checkout(ctx, f.ID); err != nil {
		return "", err
	}
	t.Notes, t.Empty = append(t.Notes, sub.Notes...), append(t.Empty, sub.Empty...)
	return sub.gitDir, nil
}

// submoduleSource returns the repository that has the submodule's commit, nil if none does.
func (t *Tree) submoduleSource(ctx context.Context, name string, f File) *Repo {
	var sources []*Repo
	if t.repo.root != "" {
		checkout := filepath.Join(t.repo.root, filepath.FromSlash(f.Path))
		if _, err := os.Lstat(filepath.Join(checkout, ".git")); err == nil {
			if repo, err := openRoot(ctx, checkout); err == nil {
				sources = append(sources, repo)
			}
		}
	}
	kept := filepath.Join(t.repo.commonDir, "modules", filepath.FromSlash(name))
	if _, err := os.Stat(filepath.Join(kept, "objects")); err == nil {
		sources = append(sources, &Repo{gitDir: kept, commonDir: kept})
	}
	for _, source := range sources {
		if _, found, err := source.resolve(ctx, f.ID); err == nil && found {
			return source
		}
	}
	return nil
}

// removeSubmodules deletes git's metadata for the submodules' trees; their files are in the tree and are removed with
// it.
func (t *Tree) removeSubmodules() error {
	content, err := os.ReadFile(filepath.Join(t.gitDir, submoduleList))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	failed := err
	for _, gitDir := range splitNul(content) {
		if filepath.Base(gitDir) == filepath.Base(t.gitDir) {
			failed = errors.Join(failed, os.RemoveAll(gitDir))
		}
	}
	return failed
}
