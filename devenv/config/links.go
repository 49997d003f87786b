package config

import (
	"path/filepath"

	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// refuseLinks refuses paths that lead out of the repository by a symbolic link: what a configuration names is read, shown in errors
// and put into containers, and a repository is anybody's. Included files are not among them: of a link, the link is taken along.
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
			return c.Problem(key, "put the file itself into the repository", "%s: %q lies outside the repository: a symbolic link leads to %s",
				named.key, written, to)
		}
	}
	return nil
}

// leadsOut follows the links of a path and says whether it ends outside root, and where. What is not there leads nowhere.
func leadsOut(root, path string) (to string, out bool) {
	root, rootErr := filepath.EvalSymlinks(root)
	to, err := filepath.EvalSymlinks(path)
	if rootErr != nil || err != nil {
		return "", false
	}
	_, in := inside.Rel(root, to)
	return to, !in
}
