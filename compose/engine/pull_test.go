package engine

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/devenv/report"
)

func TestReadPullReportsStatusLinesWithoutProgressBars(t *testing.T) {
	stream := `{"status":"Pulling from library/postgres","id":"17"}
{"status":"Downloading","progressDetail":{"current":1,"total":9},"progress":"[=>]","id":"abc"}
{"status":"Pull complete","progressDetail":{},"id":"abc"}
{"status":"Status: Downloaded newer image for postgres:17"}
`
	var lines []string
	err := readPull(t.Context(), "postgres:17", strings.NewReader(stream), func(line string) { lines = append(lines, line) })
	want := []string{"17 Pulling from library/postgres", "abc Pull complete", "Status: Downloaded newer image for postgres:17"}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("the lines are %q, %v", lines, err)
	}
}

func TestInterruptedPullKeepsTheLastLines(t *testing.T) {
	stream := strings.Repeat(`{"status":"Waiting","id":"a"}`+"\n", 30) + `{"status":"Last","id":"b"}` + "\n" +
		`{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}` + "\n"
	err := readPull(t.Context(), "postgres:17", strings.NewReader(stream), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "pull postgres:17: no space left on device") {
		t.Fatalf("the failure is %v", err)
	}
	var failure *report.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("the failure is a %T", err)
	}
	output := report.OutputOf(err)
	if len(output) != pullLines || output[pullLines-1] != "b Last" {
		t.Errorf("its last lines are %q", output)
	}
}

func TestPullAsksForTheServicesPlatform(t *testing.T) {
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/images/create"):
			asked <- r.URL.Query().Get("fromImage") + " " + r.URL.Query().Get("platform")
		case strings.HasSuffix(r.URL.Path, "/version"), strings.HasSuffix(r.URL.Path, "/info"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"Version":"27.0.0","ApiVersion":"1.46","MinAPIVersion":"1.24","OSType":"linux","Os":"linux","Arch":"amd64","Architecture":"x86_64"}`)
		}
	}))
	defer server.Close()
	e, err := Connect(t.Context(), Endpoint{Host: "tcp://" + server.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Pull(t.Context(), "postgres:17", "linux/arm64", nil); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; got != "docker.io/library/postgres linux/arm64" && got != "postgres linux/arm64" {
		t.Errorf("the engine was asked for %q", got)
	}
}

func TestADownloadSaysHowMuchIsLeft(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d := downloading{ref: "postgres:17", layers: map[string]layer{}}
	at := func(seconds int, id, status string, current, total int64) string {
		m := pullMessage{ID: id, Status: status}
		m.ProgressDetail.Current, m.ProgressDetail.Total = current*mega, total*mega
		return d.line(m, began.Add(time.Duration(seconds)*time.Second))
	}
	for _, c := range []struct {
		seconds        int
		id, status     string
		current, total int64
		says           string
	}{
		{0, "a", "Downloading", 0, 60, ""},
		{1, "b", "Downloading", 20, 40, ""},
		{10, "a", "Downloading", 30, 60, "downloading postgres:17: 50 MB of 100 MB, about 10s left"},
		{11, "a", "Downloading", 33, 60, ""},
		{20, "b", "Extracting", 1, 40, ""},
		{30, "a", "Downloading", 60, 60, "downloading postgres:17: 80 MB of 100 MB, about 8.0s left"},
	} {
		if said := at(c.seconds, c.id, c.status, c.current, c.total); said != c.says {
			t.Errorf("after %d s, it says %q, want %q", c.seconds, said, c.says)
		}
	}
}
