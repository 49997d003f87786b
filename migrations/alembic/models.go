package alembic

import (
	"path"
	"regexp"
	"strings"

	"devenv/migrations"
)

// Models reads the Python code of SQLAlchemy's models.
type Models struct{}

var _ migrations.Models = Models{}

// Describes reports whether a Python file uses the metadata otherwise than to create or read what is in it.
func (Models) Describes(p string, content []byte) bool {
	if path.Ext(p) != ".py" {
		return false
	}
	reads := regexp.MustCompile(`\bmetadata\s*\.\s*(?:create_all|drop_all|reflect|sorted_tables|tables)\b`)
	return regexp.MustCompile(`__table(?:name)?__|\bTable\(|\bmetadata\b`).Match(reads.ReplaceAll(content, nil))
}

// Imports reports whether a file imports a module by its name, or finds modules by itself.
func (Models) Imports(content []byte, p string) bool {
	if regexp.MustCompile(`\bimport_module\b|\bpkgutil\b|\b__import__\b|\bwalk_packages\b`).Match(content) {
		return true
	}
	name := strings.TrimSuffix(path.Base(p), path.Ext(p))
	if name == "__init__" {
		name = path.Base(path.Dir(p))
	}
	named := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b|import\s+\*`)
	statements := regexp.MustCompile(`(?m)^[ \t]*(?:from\s+\S+\s+)?import\s*(?:\([^)]*\)|[^\n]*)`).FindAll(content, -1)
	for _, statement := range statements {
		if named.Match(statement) {
			return true
		}
	}
	return false
}
