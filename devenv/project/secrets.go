package project

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/discover"
	"devenv/devenv/redact"
	"devenv/migrations"
)

// Learn makes a redactor learn the secrets in a project's texts.
func Learn(r *redact.Redactor, texts []compose.Text) {
	kinds := map[compose.TextKind]redact.Kind{
		compose.TextFile: redact.File, compose.TextVariable: redact.Variable, compose.TextInherited: redact.Inherited,
		compose.TextSecret: redact.Secret,
	}
	sources := make([]redact.Source, len(texts))
	for i, t := range texts {
		sources[i] = redact.Source{Kind: kinds[t.Kind], Name: t.Name, Text: t.Content}
	}
	r.Learn(sources...)
}

// LearnModel makes a redactor learn the secrets in a Compose project.
func LearnModel(r *redact.Redactor, p *types.Project) {
	r.Keep(wordsOf(p)...)
	Learn(r, compose.TextsOf(p))
}

// maxLearned is the total size, in bytes, of the files to learn from. Files that services receive come first.
const maxLearned = 4 << 20

// learnFiles makes the redactor learn the secrets in files of the working tree: those that services receive, the
// migration tool's configurations, which contain database addresses, those that git ignores, and those where programs
// look for credentials. In files that git does not list, everything that looks like a secret counts as one.
func (w *Workspace) learnFiles(ctx context.Context) error {
	listed, err := w.Repo.WorktreeFiles(ctx)
	if err != nil {
		return err
	}
	ignored, err := w.Repo.Ignored(ctx)
	if err != nil {
		return err
	}
	shared := map[string]bool{}
	files := compose.FilesOf(w.Model)
	for _, rel := range listed {
		file := filepath.Join(w.Repo.Root(), filepath.FromSlash(rel))
		shared[file] = true
		if name := path.Base(rel); configuresTool(name) || strings.HasSuffix(name, "pgpass") {
			files = append(files, file)
		}
	}
	for _, rel := range ignored {
		files = append(files, credentialFilesIn(filepath.Join(w.Repo.Root(), filepath.FromSlash(rel)))...)
	}
	for _, dir := range w.configDirectories() {
		files = append(files, credentialFilesIn(dir)...)
	}
	var sources []redact.Source
	size, seen := 0, map[string]bool{}
	for _, file := range files {
		if seen[file] || size > maxLearned {
			continue
		}
		seen[file] = true
		kind := redact.File
		if shared[file] {
			kind = redact.Shared
		}
		for _, t := range compose.FileTexts(file) {
			size += len(t.Content)
			sources = append(sources, redact.Source{Kind: kind, Name: t.Name, Text: t.Content})
		}
	}
	w.Redactor.Learn(sources...)
	return nil
}

// configuresTool reports whether a file's name is that of a migration tool's configuration.
func configuresTool(name string) bool {
	return slices.ContainsFunc(discover.Kinds(), func(k migrations.Kind) bool { return k.Configures(name) })
}

// configDirectories returns the directories whose files services can see or read: the project's, those of builds, and
// mounted ones.
func (w *Workspace) configDirectories() []string {
	dirs := []string{w.Repo.Root(), w.Model.WorkingDir}
	for _, service := range w.Model.Services {
		if service.Build != nil && filepath.IsAbs(service.Build.Context) {
			dirs = append(dirs, service.Build.Context)
		}
		for _, m := range service.Volumes {
			if m.Type == types.VolumeTypeBind {
				dirs = append(dirs, m.Source)
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// maxFiles is how many files of a directory to consider; a directory with more contains data.
const maxFiles = 500

// maxFileSize is the size, in bytes, above which a file that nothing names is not a configuration.
const maxFileSize = 64 << 10

// credentialNames matches the names of files that programs read credentials from.
var credentialNames = regexp.MustCompile(`(?i)env|pass|secret|credential|token|rc$|` +
	`\.(ini|cfg|conf|config|json|ya?ml|toml|properties|pem|key|txt|xml)$`)

// credentialFilesIn returns the small files that may contain credentials: the path itself, or the files in that
// directory.
func credentialFilesIn(at string) []string {
	entries := []string{at}
	if info, err := os.Stat(at); err == nil && info.IsDir() {
		inside, err := os.ReadDir(at)
		if err != nil || len(inside) > maxFiles {
			return nil
		}
		entries = nil
		for _, e := range inside {
			entries = append(entries, filepath.Join(at, e.Name()))
		}
	}
	return slices.DeleteFunc(entries, func(file string) bool {
		info, err := os.Stat(file)
		return err != nil || !info.Mode().IsRegular() || info.Size() > maxFileSize || !credentialNames.MatchString(filepath.Base(file))
	})
}

// wordsOf returns the project's own words, which are never redacted, even if a password equals one.
func wordsOf(p *types.Project) []string {
	words := append(discover.KindNames(), p.Name)
	for name, service := range p.Services {
		words = append(words, name, service.ContainerName, service.Hostname, service.Image)
		words = append(words, strings.FieldsFunc(service.Image, func(c rune) bool { return strings.ContainsRune("/:@", c) })...)
	}
	for name, volume := range p.Volumes {
		words = append(words, name, volume.Name)
	}
	for name, network := range p.Networks {
		words = append(words, name, network.Name)
	}
	for name, secret := range p.Secrets {
		words = append(words, name, secret.Name)
	}
	for name, config := range p.Configs {
		words = append(words, name, config.Name)
	}
	return words
}
