package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/report"
)

func TestFailureShowsMessageOutputAndHint(t *testing.T) {
	err := fmt.Errorf("new-migration: %w", report.Fail(report.KindWork,
		"See what the service says:\n    docker compose up backend", "service backend: exited with %d", 1).
		WithOutput([]string{"Traceback (most recent call last):", "ModuleNotFoundError: No module named 'fastapi' in /app/main.py"}))
	for _, width := range []int{40, 80} {
		var b bytes.Buffer
		if err := report.WriteFailure(&b, err, report.TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("failure-%d.txt", width), b.Bytes())
	}
}

func TestItemsShowOneALine(t *testing.T) {
	items := report.NewItems("clean")
	items.Items = append(items.Items, "removed network devenv-1",
		report.File{Path: "a/b.py", Action: report.FileRestored},
		struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
			Size int    `json:"size"`
			None []any  `json:"none"`
		}{"image", "devenv/base:ab", 12, nil})
	var b bytes.Buffer
	if err := report.WriteItemsText(&b, items, report.TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	want := "removed network devenv-1\nrestored a/b.py\nkind image  name devenv/base:ab  size 12\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestWritersReturnTheErrorOfTheirOutput(t *testing.T) {
	writers := map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return report.WriteText(w, faulty(), report.TextOptions{}) },
		"json":     func(w io.Writer) error { return report.WriteJSON(w, faulty()) },
		"markdown": func(w io.Writer) error { return report.WriteMarkdown(w, faulty(), nil) },
		"failure":  func(w io.Writer) error { return report.WriteFailure(w, errFull, report.TextOptions{}) },
	}
	for name, write := range writers {
		if err := write(broken{}); !errors.Is(err, errFull) {
			t.Errorf("%s returned %v", name, err)
		}
	}
}
