package config

import (
	"maps"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
)

// validate checks what types cannot express: which values are allowed and which keys exclude each other.
func (r *reader) validate(c *Config, known Known) {
	if len(known.Tools) > 0 {
		r.oneOf("migrations.tool", c.Migrations.Tool, known.Tools...)
	}
	r.oneOf("migrations.per_branch", string(c.Migrations.PerBranch), string(PerBranchOne), string(PerBranchMany))
	if c.Seed.Startup != nil && !*c.Seed.Startup {
		r.exclusive("seed.run", "seed.sql", "seed.dump")
	} else {
		r.exclusive("seed.startup", "seed.run", "seed.sql", "seed.dump")
	}
	r.exclusive("backend.ready.log", "backend.ready.port", "backend.ready.url")
	r.seed(c.Seed)
	r.ready(c.Backend.Ready)
	r.severities(c.Checks, known.Checks)
	r.rights(c.Scratch.Keep)
	for key, paths := range map[string][]string{
		"compose.files": c.Compose.Files, "compose.project_directory": {c.Compose.ProjectDirectory},
		"migrations.config": {c.Migrations.Config}, "seed.sql": c.Seed.SQL, "seed.dump": {c.Seed.Dump},
		"include": c.Include, "base_inputs.include": c.BaseInputs.Include, "base_inputs.exclude": c.BaseInputs.Exclude,
	} {
		r.inside(c, key, paths)
	}
	r.patterns("base_inputs.include", c.BaseInputs.Include)
	r.patterns("base_inputs.exclude", c.BaseInputs.Exclude)
	for key, text := range map[string]string{"migrations.python": c.Migrations.Python, "migrations.workdir": c.Migrations.Workdir} {
		if text != "" && !path.IsAbs(text) {
			r.at(key, "%s must be an absolute path in the container, not %q", key, text)
		}
	}
}

// at records a problem with the value of a key that is in the file.
func (r *reader) at(key, format string, args ...any) {
	if tok, written := r.tokens[key]; written {
		r.add(tok, format, args...)
	}
}

func (r *reader) oneOf(key, text string, allowed ...string) {
	if text != "" && !slices.Contains(allowed, text) {
		r.at(key, "%s must be %s, not %q", key, strings.Join(allowed, " or "), text)
	}
}

// exclusive checks that at most one of the keys is in the file.
func (r *reader) exclusive(keys ...string) {
	first := ""
	for _, key := range keys {
		switch _, written := r.tokens[key]; {
		case written && first == "":
			first = key
		case written:
			r.at(key, "%s and %s exclude each other: keep one", first, key)
		}
	}
}

func (r *reader) seed(s Seed) {
	if s.Settle > 0 && (s.Startup != nil && !*s.Startup || s.Run != "" || len(s.SQL) > 0 || s.Dump != "") {
		r.at("seed.settle", "seed.settle belongs to seed.startup: it keeps the backend running after it is ready")
	}
}

func (r *reader) ready(w Ready) {
	if _, written := r.tokens["backend.ready.port"]; written && (w.Port < 1 || w.Port > 65535) {
		r.at("backend.ready.port", "backend.ready.port must be between 1 and 65535")
	}
	if u, err := url.Parse(w.URL); w.URL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		r.at("backend.ready.url", "backend.ready.url must be a complete URL, for example http://localhost:8080/health")
	}
}

func (r *reader) severities(written map[string]Severity, ids []string) {
	for _, id := range slices.Sorted(maps.Keys(written)) {
		key := join("checks", id)
		if !slices.Contains(ids, id) {
			text := "the checks are " + strings.Join(ids, ", ")
			if near := closest(id, ids); near != "" {
				text = `did you mean "` + near + `"?`
			}
			r.at(key, "no check has the id %q: %s", id, text)
		}
		if s := written[id]; s != SeverityFail && s != SeverityWarn && s != SeverityOff {
			r.at(key, "%s must be fail, warn or off, not %q", key, s)
		}
	}
}

// inside checks that paths are relative and stay in the repository.
func (r *reader) inside(c *Config, list string, paths []string) {
	for n, p := range paths {
		key := list
		if _, written := r.tokens[entry(list, n)]; written {
			key = entry(list, n)
		}
		if path.IsAbs(p) || filepath.IsAbs(p) {
			r.at(key, "%s must be relative to %s, not the absolute %q", list, FileName, p)
		} else if !filepath.IsLocal(filepath.FromSlash(c.Path(p))) {
			r.at(key, "%s: %q is outside the repository", list, p)
		}
	}
}

// patterns checks that patterns are as in .dockerignore, without exceptions, for which there is the other list.
func (r *reader) patterns(list string, patterns []string) {
	for n, p := range patterns {
		if strings.HasPrefix(p, "!") {
			r.at(entry(list, n), "%s: %q begins with an exclamation mark: base_inputs has include and exclude instead", list, p)
		} else if _, err := patternmatcher.New([]string{p}); err != nil {
			r.at(entry(list, n), "%s: %q is not a valid .dockerignore pattern", list, p)
		}
	}
}

// closest returns the known word that is a typo away, or an empty string.
func closest(word string, known []string) string {
	best, limit := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(word, k); d < limit {
			best, limit = k, d
		}
	}
	return best
}

// distance returns the Levenshtein distance, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
