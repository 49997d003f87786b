package compose

import (
	"os"
	"strings"

	"devenv/devenv/inside"
)

// shown is a path as the user would type it: relative to where the command was called, if it lies below.
func shown(path string) string {
	if here, err := os.Getwd(); err == nil {
		if rel, ok := inside.Rel(here, path); ok {
			path = rel
		}
	}
	if strings.ContainsAny(path, " '\"$\\") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
