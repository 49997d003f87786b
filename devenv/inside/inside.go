// Package inside says whether a path of this machine lies in a directory, so that it is decided in one way. Everybody may import
// it; it uses nothing of devenv.
package inside

import "path/filepath"

// Rel is a path relative to the directory that it lies in, "." for that itself; false when it lies outside. Names are compared, so
// links are the caller's to follow.
func Rel(dir, path string) (rel string, ok bool) {
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return rel, true
}
