package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCapturesWriteNoObjectsToTheRepository(t *testing.T) {
	ctx := context.Background()
	s, base := behind(t)
	s.write(".env", "SECRET=1\n")
	s.write("new.py", "new\n")
	check := s.untouched()
	repo := s.open()
	c := capture(t, s, CaptureOptions{Include: []string{".env"}})
	id, err := repo.WithIncluded(ctx, base, c)
	if err != nil {
		t.Fatal(err)
	}
	if id, err = repo.WithFiles(ctx, id, nil, map[string][]byte{"other.py": []byte("edited\n")}); err != nil {
		t.Fatal(err)
	}
	made, files := tree(t, s, TreeOptions{Cache: t.TempDir(), ID: "x", Treeish: id})
	if files.read(".env") != "SECRET=1\n" || files.read("other.py") != "edited\n" {
		t.Error("the tree is not the requested one")
	}
	if _, merged, err := repo.Merge(ctx, made, c.Commit, base); err != nil || !merged {
		t.Fatalf("merged %v, %v", merged, err)
	}
	check()
	if got := s.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)"); strings.Contains(got, c.Tree) ||
		strings.Contains(got, c.Commit) {
		t.Error("the capture is in the user's repository")
	}
	unsaid, err := Open(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unsaid.Capture(ctx, CaptureOptions{}); err == nil {
		t.Error("a capture wrote its objects elsewhere")
	}
}

func TestTreeSurvivesTheLossOfCapturedObjects(t *testing.T) {
	s, base := behind(t)
	s.write("new.py", "new\n")
	cache := t.TempDir()
	for range 2 {
		c := capture(t, s, CaptureOptions{})
		made, err := s.open().Tree(context.Background(), TreeOptions{Cache: cache, ID: "x", Treeish: c.Commit})
		if err != nil {
			t.Fatal(err)
		}
		result, _, err := s.open().Merge(context.Background(), made, c.Commit, base)
		if err != nil {
			t.Fatal(err)
		}
		wantCheckout(t, made, result)
		if err := errors.Join(made.Close(), os.RemoveAll(objectsOf(t))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyUnusedObjectsAreTrimmed(t *testing.T) {
	s := newSandbox(t)
	s.write("new.py", "new\n")
	repo := s.open()
	// age makes all objects look as if no capture had used them for some weeks.
	age := func() {
		t.Helper()
		old := time.Now().Add(-3 * keptObjects)
		names, err := filepath.Glob(filepath.Join(objectsOf(t), "??", "*"))
		for _, name := range names {
			err = errors.Join(err, os.Chtimes(name, old, old))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	trim := func() {
		t.Helper()
		if err := repo.TrimObjects(); err != nil {
			t.Fatal(err)
		}
	}
	few := capture(t, s, CaptureOptions{})
	age()
	trim()
	if s.ours("cat-file", "-t", few.Commit) != "commit" {
		t.Error("a few objects were removed")
	}
	files := map[string][]byte{}
	for i := range mostObjects + 1 {
		files[fmt.Sprintf("many/%d", i)] = []byte(fmt.Sprintln(i))
	}
	many, err := repo.WithFiles(context.Background(), "HEAD", nil, files)
	if err != nil {
		t.Fatal(err)
	}
	age()
	capture(t, s, CaptureOptions{}) // uses its own again
	trim()
	wantFiles(t, s, few.Tree, "models.py:one", "new.py:new", "versions/0001_first.py:revision = '0001'")
	if out, err := repo.git("cat-file", "-t", many).line(context.Background()); err == nil {
		t.Errorf("unused objects are still there: %s", out)
	}
}
