package machine

import (
	"io/fs"
	"path/filepath"
)

// BytesBelow returns the total size of the files below a directory; unreadable ones count as empty.
func BytesBelow(dir string) (total int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // unreadable files do not count
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
