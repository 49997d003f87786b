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
	"devenv/devenv/redact"
)

// Learn has a redactor learn from texts of a project.
func Learn(r *redact.Redactor, texts []compose.Text) {
	kinds := map[compose.TextKind]redact.Kind{
		compose.TextFile: redact.File, compose.TextVariable: redact.Variable, compose.TextInherited: redact.Inherited, compose.TextSecret: redact.Secret,
	}
	sources := make([]redact.Source, len(texts))
	for i, t := range texts {
		sources[i] = redact.Source{Kind: kinds[t.Kind], Name: t.Name, Text: t.Content}
	}
	r.Learn(sources...)
}

// LearnModel has a redactor learn from a Compose project.
func LearnModel(r *redact.Redactor, p *types.Project) {
	r.Keep(wordsOf(p)...)
	Learn(r, compose.TextsOf(p))
}

// mostLearnt is the size in bytes of the files that are learnt from: those that come first are those that services are given.
const mostLearnt = 4 << 20

// learnFiles has the redactor learn from files of the working tree: those that services are given, the migration tool's
// configurations, which hold addresses of databases, what git ignores, and what lies where programs look for it. Of files that
// git does not list, all that looks like a secret is one.
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
		if name := path.Base(rel); strings.HasPrefix(name, "alembic") && path.Ext(name) == ".ini" || strings.HasSuffix(name, "pgpass") {
			files = append(files, file)
		}
	}
	for _, rel := range ignored {
		files = append(files, credentialFilesIn(filepath.Join(w.Repo.Root(), filepath.FromSlash(rel)))...)
	}
	for _, dir := range w.placesOfFiles() {
		files = append(files, credentialFilesIn(dir)...)
	}
	var sources []redact.Source
	size, seen := 0, map[string]bool{}
	for _, file := range files {
		if seen[file] || size > mostLearnt {
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

// placesOfFiles are the directories whose files services see, or are told by: the project's, those of builds, and those that
// are mounted.
func (w *Workspace) placesOfFiles() []string {
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

// mostFiles is how many files of a directory are looked at: one that holds more holds data.
const mostFiles = 500

// largestFile is the size in bytes from which on a file that nobody named is no configuration.
const largestFile = 64 << 10

// credentialNames are what files are called that programs read credentials from.
var credentialNames = regexp.MustCompile(`(?i)env|pass|secret|credential|token|rc$|\.(ini|cfg|conf|config|json|ya?ml|toml|properties|pem|key|txt|xml)$`)

// credentialFilesIn are the small files that may hold credentials: the path itself, or those in the directory that it is.
func credentialFilesIn(at string) []string {
	entries := []string{at}
	if info, err := os.Stat(at); err == nil && info.IsDir() {
		inside, err := os.ReadDir(at)
		if err != nil || len(inside) > mostFiles {
			return nil
		}
		entries = nil
		for _, e := range inside {
			entries = append(entries, filepath.Join(at, e.Name()))
		}
	}
	return slices.DeleteFunc(entries, func(file string) bool {
		info, err := os.Stat(file)
		return err != nil || !info.Mode().IsRegular() || info.Size() > largestFile || !credentialNames.MatchString(filepath.Base(file))
	})
}

// wordsOf are the project's own words, which no password hides by being equal to one.
func wordsOf(p *types.Project) []string {
	words := []string{p.Name}
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
