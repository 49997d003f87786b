package compose

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Files in a volume get git's modes: the tree's own modes depend on the umask of whoever checked it out.
const (
	modeDirectory = 0o755
	modeProgram   = 0o755
	modeFile      = 0o644
	modeLink      = 0o777
)

// writeTree writes the wanted part of a directory, with its edits, as a tar archive of what belongs at the target, an
// absolute path. A directory that does not exist counts as empty.
func writeTree(to io.Writer, f Fill, owner ids, wanted func(rel string) bool) error {
	w, python := tar.NewWriter(to), map[string]bool{} // directories that hold Python modules
	there := false
	err := walkTree(f.Dir, func(file, rel string, info fs.FileInfo) error {
		there = true
		if !wanted(rel) {
			return nil
		}
		name := entryName(f.Target, rel)
		if dir := path.Dir(name); path.Ext(name) == ".py" && !python[dir] {
			python[dir] = true
			if err := writeDirectory(w, path.Join(dir, "__pycache__"), owner); err != nil {
				return err
			}
		}
		return writeEntry(w, file, name, info, owner)
	})
	if err == nil && !there {
		err = writeDirectory(w, entryName(f.Target, "."), owner)
	}
	for rel, content := range f.Edits {
		if err == nil {
			err = writeContent(w, entryName(f.Target, rel), content, owner)
		}
	}
	return errors.Join(err, w.Close())
}

// writeContent writes a file of that content.
func writeContent(w *tar.Writer, name string, content []byte, owner ids) error {
	err := w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Mode: modeFile, Uid: owner.uid, Gid: owner.gid, Size: int64(len(content)), ModTime: time.Now(),
	})
	if err == nil {
		_, err = w.Write(content)
	}
	return err
}

// everything wants all of a tree.
func everything(string) bool { return true }

// writeMountPoints writes those of the directories below a directory that it does not have, as a tar archive of what
// belongs at target.
func writeMountPoints(to io.Writer, dir, target string, points []string, owner ids) error {
	w, written := tar.NewWriter(to), map[string]bool{}
	for _, point := range points {
		for at, rest := "", point; rest != ""; {
			var name string
			name, rest, _ = strings.Cut(rest, "/")
			at = path.Join(at, name)
			if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(at))); err == nil || written[at] {
				continue
			}
			written[at] = true
			if err := writeDirectory(w, entryName(target, at), owner); err != nil {
				return err
			}
		}
	}
	return w.Close()
}

// walkTree visits everything in a directory, and the directory itself first, with its path relative to that, with
// slashes. It leaves out the tree's own .git, and visits nothing if there is no such directory.
func walkTree(dir string, visit func(file, rel string, info fs.FileInfo) error) error {
	root, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, file)
		switch {
		case err != nil:
			return err
		case rel == ".git" && entry.IsDir():
			return fs.SkipDir
		case rel == ".git":
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return visit(file, filepath.ToSlash(rel), info)
	})
}

// writeDirectory writes an empty directory. Python's bytecode directories exist from the start, as in a working tree
// that has been used: file watchers stop or restart the service when a source directory changes.
func writeDirectory(w *tar.Writer, name string, owner ids) error {
	return w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeDir, Name: name, Mode: modeDirectory, Uid: owner.uid, Gid: owner.gid,
		ModTime: time.Now(),
	})
}

// entryName returns the name, in an archive unpacked at the root, of a path below a directory.
func entryName(dir, rel string) string { return strings.TrimPrefix(path.Join(dir, rel), "/") }

// writeEntry writes a file, a directory or a link. It leaves out sockets and devices.
func writeEntry(w *tar.Writer, file, name string, info fs.FileInfo, owner ids) error {
	var link string
	var err error
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		if link, err = os.Readlink(file); err != nil {
			return err
		}
	case !mode.IsRegular() && !mode.IsDir():
		return nil
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	header.Name, header.Uid, header.Gid, header.Uname, header.Gname = name, owner.uid, owner.gid, "", ""
	header.Mode = gitMode(info.Mode())
	if err := w.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from
	_, err = io.Copy(w, f)
	return err
}

// gitMode returns the mode that git would give a file.
func gitMode(mode fs.FileMode) int64 {
	switch {
	case mode.IsDir():
		return modeDirectory
	case mode&fs.ModeSymlink != 0:
		return modeLink
	case mode&0o100 != 0:
		return modeProgram
	default:
		return modeFile
	}
}

// writeFiles writes single files as one tar archive, each under its target.
func writeFiles(to io.Writer, files []FileMount) error {
	w := tar.NewWriter(to)
	for _, f := range files {
		if err := writeFile(w, f); err != nil {
			return err
		}
	}
	return w.Close()
}

func writeFile(w *tar.Writer, f FileMount) error {
	name := entryName(f.Target, ".")
	if f.Source != "" {
		info, err := os.Stat(f.Source)
		if err != nil {
			return err
		}
		return writeEntry(w, f.Source, name, info, ids{uid: f.UID, gid: f.GID})
	}
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: name, Mode: int64(f.Mode.Perm()), Uid: f.UID, Gid: f.GID,
		Size: int64(len(f.Content)), ModTime: time.Now(),
	}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err := w.Write(f.Content)
	return err
}
