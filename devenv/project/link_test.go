package project

import (
	"os"
	"path/filepath"
	"testing"
)

func TestALinkedCheckoutIsInsideItsRepository(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	real, link := filepath.Join(root, "real"), filepath.Join(root, "link")
	for _, err := range []error{os.MkdirAll(filepath.Join(real, "app"), 0o755), os.Symlink("real", link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(real, "compose.yaml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{link: link, filepath.Join(link, "app"): link, real: real} {
		choice := Choice{Dir: dir}
		load, err := choice.selected(nil, real, nil)
		if err != nil || load.WorkingDir != real {
			t.Errorf("from %s the project is in %s: %v", dir, load.WorkingDir, err)
		}
		if reached := choice.reached(real); reached != want {
			t.Errorf("from %s it was reached as %s, not %s", dir, reached, want)
		}
	}
}
