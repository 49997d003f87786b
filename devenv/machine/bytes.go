package machine

import (
	"io/fs"
	"path/filepath"
)

// BytesBelow returns how many bytes the files below a directory hold; what cannot be read counts for nothing.
func BytesBelow(dir string) (total int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it is only counted
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
