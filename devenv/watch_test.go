package devenv_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"devenv/devenv"
	"devenv/devenv/sample"
)

func TestWatchCallsAgainForEachUnignoredChange(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "toolshed")
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Error(err)
		}
	}
	changes := []func(){
		func() { write("README.md", "Another text.\n") },
		func() { write("new.txt", "Not tracked.\n") },
		func() {
			commit := exec.Command("git", "commit", "-qam", "Another text", "--allow-empty")
			commit.Dir = dir
			if out, err := commit.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		},
		func() {
			write(".gitignore", "ignored\n")
			write("ignored", "1")
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := devenv.Watch(ctx, devenv.Options{Dir: dir}, func(context.Context) (<-chan struct{}, error) {
		if calls++; calls > len(changes) {
			write("ignored", "2")
			cancel()
			return nil, nil
		}
		changes[calls-1]()
		return nil, nil
	})
	if !errors.Is(err, context.Canceled) || calls != len(changes)+1 {
		t.Errorf("%d calls for %d changes, and it ended with %v", calls, len(changes), err)
	}
}

func TestWatchEndsWithItsCallsError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "toolshed")
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("standard output is closed")
	if err := devenv.Watch(t.Context(), devenv.Options{Dir: dir},
		func(context.Context) (<-chan struct{}, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
}

func TestWatchEndsOnceItsLastStateIsAgreedTo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "toolshed")
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	agreed, calls := make(chan struct{}, 1), 0
	err := devenv.Watch(t.Context(), devenv.Options{Dir: dir}, func(context.Context) (<-chan struct{}, error) {
		if calls++; calls == 1 { // somebody agrees, but the tree has changed meanwhile
			if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("Another text.\n"), 0o644); err != nil {
				t.Error(err)
			}
		}
		agreed <- struct{}{}
		return agreed, nil
	})
	if err != nil || calls != 2 {
		t.Errorf("%d calls, and it ended with %v", calls, err)
	}
}
