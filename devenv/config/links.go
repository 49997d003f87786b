package config

import (
	"path/filepath"

	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// refuseLinks refuses paths that leave the repository through a symbolic link: files that a configuration names are
// read, shown in errors and put into containers, and the repository may be somebody else's. Included files are
// exempt: a link is copied as a link.
func (c *Config) refuseLinks(root string) *report.Failure {
	for _, named := range []struct {
		key   string
		paths []string
	}{
		{"compose.files", c.Compose.Files},
		{"compose.project_directory", []string{c.Compose.ProjectDirectory}},
		{"migrations.config", []string{c.Migrations.Config}},
		{"seed.sql", c.Seed.SQL},
		{"seed.dump", []string{c.Seed.Dump}},
	} {
		for n, written := range named.paths {
			to, out := leadsOut(root, filepath.Join(root, filepath.FromSlash(c.Path(written))))
			if written == "" || !out {
				continue
			}
			key := entry(named.key, n)
			if !c.Has(key) {
				key = named.key
			}
			return c.Problem(key, "put the file itself in the repository", "%s: %q is outside the repository: a symbolic link points to %s",
				named.key, written, to)
		}
	}
	return nil
}

// leadsOut follows the links of a path and returns whether it ends outside root, and where. A missing path leads
// nowhere.
func leadsOut(root, path string) (to string, out bool) {
	root, rootErr := filepath.EvalSymlinks(root)
	to, err := filepath.EvalSymlinks(path)
	if rootErr != nil || err != nil {
		return "", false
	}
	_, in := inside.Rel(root, to)
	return to, !in
}
