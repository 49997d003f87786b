package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestPathsLeavingTheRepositoryThroughLinksAreRefused(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	root := filepath.Join(t.TempDir(), "repo")
	write(t, outside, "secret\n")
	for _, name := range []string{"real.sql", "app/x"} {
		write(t, filepath.Join(root, name), "")
	}
	for name, to := range map[string]string{
		"out.sql": outside, "up.sql": "../../secret", "dir": filepath.Dir(outside), "inside.sql": "real.sql", "dangling.sql": "nowhere",
		"home": ".",
	} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(root, FileName)
	for text, place := range map[string]string{
		"seed: {sql: [real.sql, out.sql]}":         ":2:24: seed.sql",
		"seed: {dump: dir/secret}":                 ":2:14: seed.dump",
		"migrations: {config: dir/secret}":         ":2:22: migrations.config",
		"compose: {files: [out.sql]}":              ":2:19: compose.files",
		"compose: {project_directory: dir}":        ":2:30: compose.project_directory",
		"seed: {sql: [real.sql, home/out.sql]}":    ":2:24: seed.sql",
		"seed: {sql: [inside.sql, dangling.sql]}":  "",
		"include: [out.sql]":                       "",
		"seed: {sql: [home/home/app/../real.sql]}": "",
	} {
		write(t, file, "base: main\n"+text+"\n")
		_, err := Load(root, file, Known{})
		if place == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if report.KindOf(err) != report.KindUsage || err == nil || !strings.HasPrefix(err.Error(), FileName+place) ||
			!strings.Contains(err.Error(), "\n   2 | "+text) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, file); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(root, file, Known{}); err == nil || strings.Contains(err.Error(), "secret\n") ||
		!strings.Contains(err.Error(), "outside the repository") {
		t.Errorf("the configuration itself: %v", err)
	}
}
