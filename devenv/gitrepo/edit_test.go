package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestATreeIsEditedWithoutACheckout(t *testing.T) {
	s := newSandbox(t)
	s.write("versions/0002_mine.py", "x\n")
	s.write("old/a", "a\n")
	s.write("run.sh", "#!/bin/sh\n")
	if err := os.Chmod(s.path("run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.commit("more")
	check := s.untouched()
	repo := s.open()
	tree, err := repo.WithFiles(context.Background(), "HEAD", []string{"versions/0002_mine.py", "old", "never/there"},
		map[string][]byte{
			"versions/0001_first.py": []byte("edited\r\n"), "new/line\nbreak": []byte("n\n"), "run.sh": []byte("#!/bin/bash\n"),
			"empty": nil,
		})
	check()
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, s, tree, "empty:", "models.py:one", "new/line", "break:n", "run.sh:#!/bin/bash", "versions/0001_first.py:edited\r")
	files, err := repo.Files(context.Background(), tree, "run.sh")
	if err != nil || len(files) != 1 || files[0].Mode != modeExecutable {
		t.Errorf("run.sh is %+v, %v", files, err)
	}
	if same, err := repo.WithFiles(context.Background(), tree, nil, nil); err != nil || same != tree {
		t.Errorf("no edit gives %s, %v", same, err)
	}
}

func TestFilesAreReadFromATree(t *testing.T) {
	s := newSandbox(t)
	s.write("versions/0002_b.py", "b\nwith\nlines\n")
	s.write("versions/empty.py", "")
	s.commit("more")
	repo := s.open()
	contents, err := repo.ReadFiles(context.Background(), "HEAD", "versions")
	if err != nil || len(contents) != 3 || string(contents["versions/0002_b.py"]) != "b\nwith\nlines\n" ||
		len(contents["versions/empty.py"]) != 0 {
		t.Errorf("%q, %v", contents, err)
	}
	for _, path := range []string{"versions", "nothing.py"} {
		if _, err := repo.ReadFile(context.Background(), "HEAD", path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("reading %s: %v", path, err)
		}
	}
	if files, err := repo.Files(context.Background(), "HEAD", "nowhere"); err != nil || len(files) != 0 {
		t.Errorf("%v, %v", files, err)
	}
	if _, err := repo.Files(context.Background(), "no-such-tree", ""); err == nil {
		t.Error("there is no error for a missing tree")
	}
}

func TestADiffTellsAddedModifiedDeletedAndRenamed(t *testing.T) {
	s := newSandbox(t)
	s.write("versions/0002_renamed.py", "revision = '0002'\nwith enough text to know it again\n")
	s.write("gone\nnow.py", "x\n")
	first := s.commit("more")
	s.git("mv", "versions/0002_renamed.py", "versions/0003_other.py")
	s.remove("gone\nnow.py")
	s.write("models.py", "two\n")
	s.write("added.py", "unlike anything else here\n")
	second := s.commit("changes")
	repo := s.open()
	changes, err := repo.Diff(context.Background(), first, second, "")
	want := []Change{
		{"added.py", "", Added},
		{"gone\nnow.py", "", Deleted},
		{"models.py", "", Modified},
		{"versions/0003_other.py", "versions/0002_renamed.py", Renamed},
	}
	if err != nil || len(changes) != len(want) {
		t.Fatalf("%+v, %v", changes, err)
	}
	for i := range want {
		if changes[i] != want[i] {
			t.Errorf("change %d is %+v and not %+v", i, changes[i], want[i])
		}
	}
	if changes, err = repo.Diff(context.Background(), first, second, "versions"); err != nil || len(changes) != 1 {
		t.Errorf("below versions: %+v, %v", changes, err)
	}
}
