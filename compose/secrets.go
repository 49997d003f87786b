package compose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Text is a text of a project that may contain secrets; Name is a variable's or a file's.
type Text struct {
	Kind          TextKind
	Name, Content string
}

// TextKind tells where a text comes from.
type TextKind int

// The kinds of texts.
const (
	// TextFile is the content of a file, or a config written in a Compose file.
	TextFile TextKind = iota
	// TextVariable is a variable of the project, from .env or another environment file.
	TextVariable
	// TextInherited is a variable of devenv's own environment.
	TextInherited
	// TextSecret is what the project declares to be a secret.
	TextSecret
)

// TextsOf returns the texts of a project: everything in its model of services, volumes and networks, the variables it
// is interpolated from, its secrets and configs.
func TextsOf(p *types.Project) []Text {
	texts := inherited()
	if model, err := p.MarshalJSON(); err == nil { // what cannot be marshalled is never shown either
		texts = append(texts, Text{TextFile, "model.json", string(model)})
	}
	for name, value := range p.Environment {
		if own, ok := os.LookupEnv(name); !ok || own != value {
			texts = append(texts, Text{TextVariable, name, value})
		}
	}
	for _, s := range p.Secrets {
		texts = append(texts, contentOf(p, TextSecret, types.FileObjectConfig(s)))
	}
	for _, c := range p.Configs {
		texts = append(texts, contentOf(p, TextFile, types.FileObjectConfig(c)))
	}
	return texts
}

// TextsBefore returns the texts that loading a project reads, to redact Compose's message when loading fails:
// variables, environment files, and the Compose files themselves with the files that they name.
func TextsBefore(o LoadOptions) []Text {
	files := envFiles(o)
	if len(files) == 0 {
		files = append(files, filepath.Join(o.directory(), ".env"))
	}
	for _, f := range o.composeFiles() {
		text := fileText(f)
		for _, named := range namedFile.FindAllString(text.Content, -1) {
			files = append(files, inDirectory(filepath.Dir(f), named))
		}
		files = append(files, f)
	}
	texts := inherited()
	for _, f := range slices.Compact(files) {
		texts = append(texts, fileText(f))
	}
	return texts
}

// namedFile finds an environment file, or another Compose file, in a Compose file that may be broken.
var namedFile = regexp.MustCompile(`[\w./-]*\.?env[\w.-]*|[\w./-]+\.ya?ml`)

// composeFiles returns the files that are loaded, or may be.
func (o LoadOptions) composeFiles() []string {
	if len(o.Files) > 0 {
		return o.Files
	}
	files, _ := filepath.Glob(filepath.Join(o.directory(), "*compose*.y*ml")) // the pattern is valid
	return files
}

// inherited returns the variables of devenv's own environment.
func inherited() []Text {
	var texts []Text
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		texts = append(texts, Text{TextInherited, name, value})
	}
	return texts
}

// contentOf returns the content of a secret or a config.
func contentOf(p *types.Project, kind TextKind, o types.FileObjectConfig) Text {
	switch {
	case o.Environment != "":
		return Text{kind, o.Environment, p.Environment[o.Environment]}
	case o.File != "":
		text := fileText(o.File)
		text.Kind = kind
		return text
	}
	return Text{kind, o.Name, o.Content}
}

// largestText is the size in bytes from which a file no longer counts as configuration.
const largestText = 1 << 20

// fileText returns the content of a file; empty if it cannot be read: whoever needs the file reports that.
func fileText(path string) Text {
	text := Text{Kind: TextFile, Name: path}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > largestText {
		return text
	}
	if content, err := os.ReadFile(path); err == nil {
		text.Content = string(content)
	}
	return text
}

// FileTexts returns the contents of files.
func FileTexts(paths ...string) []Text {
	var texts []Text
	for _, p := range paths {
		texts = append(texts, fileText(p))
	}
	return texts
}
