package queue

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Shared returns the directory for the lines of all of the user's runs on this machine, whatever caches they use;
// parent is where temporary files are. It returns false if somebody else's directory, or something else, is in its
// place.
func Shared(parent string) (dir string, ok bool) {
	dir = filepath.Join(parent, fmt.Sprintf("devenv-queue-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", false
	}
	info, err := os.Lstat(dir) // a link may lead anywhere
	if err != nil || info.Mode().Type() != fs.ModeDir || info.Mode().Perm() != 0o700 {
		return "", false
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	return dir, known && int(owner.Uid) == os.Getuid()
}
