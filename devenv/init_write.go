package devenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"devenv/devenv/config"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

// schemaName is the schema of the configuration, next to it. They are committed together, so that the line that refers
// to the schema also works in every clone and in linked worktrees, where .git is a file.
const schemaName = ".devenv.schema.json"

// content returns the configuration: the answers, and in comments what was detected and needs no line.
func (i *initRun) content() ([]byte, error) {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=" + schemaName + "\n#\n" +
		"# How devenv works with this repository. It looks again on every run, so only\n" +
		"# what it cannot detect needs a line. Your editor knows all keys from the schema\n# above; the README describes them.\n")
	if len(i.answers) > 0 {
		lines, err := yaml.MarshalWithOptions(i.answers, yaml.Indent(2))
		if err != nil {
			return nil, err
		}
		b.WriteString("\n" + string(lines))
	}
	b.WriteString("\n# Detected, and so left out:\n")
	for _, f := range i.project.Found {
		b.WriteString("#   " + strings.ReplaceAll(i.Redactor.Text(f.What+": "+f.Value+" ("+f.From+")"), "\n", " ") + "\n")
	}
	return []byte(b.String()), nil
}

// completeSchema writes the schema for editors if a configuration refers to it and it is missing.
func (i *initRun) completeSchema(configuration string) error {
	content, err := os.ReadFile(configuration)
	if err != nil || !strings.Contains(string(content), "$schema="+schemaName) {
		return err
	}
	path := filepath.Join(filepath.Dir(configuration), schemaName)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	schema, err := config.Schema(project.Known())
	if err != nil {
		return err
	}
	return writeNew(path, schema)
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		_, err = file.Write(content)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return report.Fail(report.KindWork, "", "write the configuration: %w", err)
	}
	return nil
}
