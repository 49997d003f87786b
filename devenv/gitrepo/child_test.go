package gitrepo

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"devenv/devenv/report"
)

// child is what the test binary does when a test runs it again: it delivers, recovers or undoes in dir, prints each
// step, and kills itself with SIGKILL after the step that the test names. It returns the exit status.
func child(dir string) int {
	ctx := context.Background()
	repo, err := Open(ctx, dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	last := os.Getenv("GITREPO_TEST_DIE")
	step := func(name string) {
		fmt.Println("step " + name)
		if name == last {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	switch os.Getenv("GITREPO_TEST_DO") {
	case "deliver":
		err = repo.deliver(ctx, replacement(repo), step)
	case "undo":
		_, err = repo.undo(ctx, UndoOptions{}, step)
	case "recover":
		_, err = repo.recoverDeliveries(step)
	case "lock":
		var lock *Lock
		if lock, err = repo.Lock(ctx, "new-migration"); err == nil {
			fmt.Println("step locked")
			var line string
			_, _ = fmt.Scanln(&line) // until the test closes the input, or kills this process
			err = lock.Release()
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// replacement returns a delivery with one change of every kind, for the repository that prepared creates.
func replacement(repo *Repo) Delivery {
	id := func(path string) string {
		out, err := repo.git("hash-object", "--", path).line(context.Background())
		if err != nil {
			panic(err)
		}
		return out
	}
	return Delivery{Command: "new-migration", Changes: []FileChange{
		{Path: "versions/0002_mine.py", Action: report.FileRemoved, Expect: id("versions/0002_mine.py")},
		{Path: "versions/0003_mine.py", Action: report.FileRemoved, Expect: id("versions/0003_mine.py")},
		{
			Path: "versions/0001_first.py", Action: report.FileRestored, Content: []byte("revision = '0001'\n"),
			Expect: id("versions/0001_first.py"),
		},
		{Path: "versions/0002_new.py", Action: report.FileAdded, Content: []byte("new\n")},
		{Path: "deep/er/tool.sh", Action: report.FileAdded, Content: []byte("#!/bin/sh\n"), Executable: true},
	}}
}

// prepared returns a repository in which replacement can be delivered.
func prepared(s sandbox) sandbox {
	s.write("versions/0001_first.py", "edited\n")
	s.write("versions/0002_mine.py", strings.Repeat("mine\n", 1000))
	s.write("versions/0003_mine.py", "")
	if err := os.Chmod(s.path("versions/0002_mine.py"), 0o750); err != nil {
		s.t.Fatal(err)
	}
	return s
}
