package engine_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestStopCanUseTheContainersOwnGracePeriod(t *testing.T) {
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(r.URL.Path, "/version"):
			_, _ = fmt.Fprint(w, `{"Version":"x","ApiVersion":"1.41","Os":"linux","Arch":"amd64"}`)
		case strings.HasSuffix(r.URL.Path, "/stop"):
			asked <- r.URL.Query().Get("t")
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	t.Cleanup(server.Close)
	e, err := engine.Connect(t.Context(), engine.Endpoint{Host: "tcp://" + strings.TrimPrefix(server.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	for timeout, want := range map[time.Duration]string{engine.OwnGrace: "", 5 * time.Second: "5"} {
		if err := e.Stop(t.Context(), "backend", timeout); err != nil {
			t.Fatal(err)
		}
		if got := <-asked; got != want {
			t.Errorf("a timeout of %s asks for %q seconds, want %q", timeout, got, want)
		}
	}
}
