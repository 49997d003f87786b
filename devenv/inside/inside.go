// Package inside tells whether a path is in a directory, so that there is a single definition of that. Every package
// may import it; it imports nothing of devenv.
package inside

import "path/filepath"

// Rel returns a path relative to a directory that contains it, "." for the directory itself; false if the path is
// outside. It compares names only, so the caller must resolve links.
func Rel(dir, path string) (rel string, ok bool) {
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return rel, true
}
