package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestNearestFileUpToTheRootIsFound(t *testing.T) {
	outside := t.TempDir()
	root := filepath.Join(outside, "repo")
	write(t, filepath.Join(outside, FileName), "base: outside\n")
	write(t, filepath.Join(root, "app", "deep", "x"), "")
	if file, ok := Find(filepath.Join(root, "app", "deep"), root); ok {
		t.Fatalf("found %s above the root", file)
	}
	write(t, filepath.Join(root, FileName), "base: root\n")
	write(t, filepath.Join(root, "app", FileName), "base: app\n")
	for dir, want := range map[string]string{"app/deep": "app", ".": "root"} {
		file, ok := Find(filepath.Join(root, dir), root)
		if !ok {
			t.Fatalf("nothing found from %s", dir)
		}
		c, err := Load(root, file, Known{})
		if err != nil || c.Base != want {
			t.Errorf("from %s: %+v, %v", dir, c, err)
		}
	}
}

func TestAFileOutsideTheRepositoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, FileName), "")
	if _, err := Load(filepath.Join(dir, "repo"), filepath.Join(dir, FileName), Known{}); err == nil {
		t.Error("it was accepted")
	}
	if _, err := Load(dir, filepath.Join(dir, "absent"), Known{}); err == nil {
		t.Error("an absent file was accepted")
	}
}

func TestTheSchemaNamesEveryKeyAndNoOther(t *testing.T) {
	content, err := Schema(Known{Tools: []string{"alembic"}})
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties           map[string]json.RawMessage `json:"properties"`
		Required             []string                   `json:"required"`
		AdditionalProperties any                        `json:"additionalProperties"`
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"base", "compose", "database", "backend", "migrations", "seed", "prepare", "include", "format",
		"base_inputs", "mounts", "scratch", "checks", "registry",
	} {
		if schema.Properties[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
	if len(schema.Properties) != 14 || schema.AdditionalProperties != false || len(schema.Required) != 0 {
		t.Errorf("%s", content)
	}
}
