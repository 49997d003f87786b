package sample

import (
	"embed"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

//go:embed all:files
var embedded embed.FS

// file is one file of a layer: its path in the project, with slashes, and its content.
type file struct {
	path    string
	content []byte
}

// readLayer returns the files of a layer in lexical order.
func readLayer(layer string) ([]file, error) {
	root, err := fs.Sub(embedded, path.Join("files", layer))
	if err != nil {
		return nil, err
	}
	var files []file
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		files = append(files, file{path: projectPath(name), content: content})
		return err
	})
	return files, err
}

// projectPath returns the path that a layer's file has in the project.
func projectPath(name string) string {
	if dir, base := path.Split(name); base == "gitignore" {
		return dir + ".gitignore"
	}
	return name
}

// writeLayer writes the files of a layer into dir.
func writeLayer(dir, layer string) error {
	files, err := readLayer(layer)
	if err != nil {
		return err
	}
	for _, f := range files {
		target := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, f.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
