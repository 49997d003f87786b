package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
)

// fakeEngine answers like an engine of an API version; it knows nothing but its version, and has no addresses left
// for another network.
func fakeEngine(t *testing.T, apiVersion string) engine.Endpoint {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", apiVersion)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/version"):
			_, _ = fmt.Fprintf(w, `{"Version":"x","ApiVersion":%q,"Os":"linux","Arch":"amd64"}`, apiVersion)
		case strings.HasSuffix(r.URL.Path, "/networks/create"):
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"message":"could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"}`)
		}
	}))
	t.Cleanup(server.Close)
	return engine.Endpoint{Host: "tcp://" + strings.TrimPrefix(server.URL, "http://")}
}

func TestConnectReturnsTheEnginesInfo(t *testing.T) {
	info := enginetest.Require(t).Info()
	if info.APIVersion == "" || info.ServerVersion == "" || info.OS != "linux" || info.Arch == "" || !info.Local {
		t.Errorf("the engine is %+v", info)
	}
}

func TestUnreachableEngineIsNamedWithAHint(t *testing.T) {
	for name, host := range map[string]string{
		"no socket":    "unix://" + filepath.Join(t.TempDir(), "docker.sock"),
		"nobody there": "tcp://127.0.0.1:1",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := engine.Connect(t.Context(), engine.Endpoint{Host: host})
			if err == nil || report.KindOf(err) != report.KindWork || !strings.Contains(err.Error(), host) ||
				!strings.Contains(report.HintOf(err), "DOCKER_HOST") {
				t.Errorf("the failure is %v, its hint %q", err, report.HintOf(err))
			}
		})
	}
}

func TestConnectRefusesAnOutdatedEngine(t *testing.T) {
	_, err := engine.Connect(t.Context(), fakeEngine(t, "1.39"))
	if err == nil || report.KindOf(err) != report.KindWork {
		t.Fatalf("the failure is %v", err)
	}
	for _, part := range []string{"1.39", engine.MinimumAPI} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the failure %q does not name %s", err, part)
		}
	}
}

func TestConnectAcceptsTheOldestAndNewestEngine(t *testing.T) {
	for server, spoken := range map[string]string{engine.MinimumAPI: engine.MinimumAPI, "1.41": "1.41", "1.99": ""} {
		e, err := engine.Connect(t.Context(), fakeEngine(t, server))
		if err != nil {
			t.Errorf("API %s: %v", server, err)
			continue
		}
		if got := e.Info().APIVersion; spoken != "" && got != spoken {
			t.Errorf("with an engine of API %s, %s is spoken", server, got)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectInterruptedIsAnInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Connect(ctx, fakeEngine(t, "1.41")); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted connect is %v", err)
	}
}

func TestExhaustedNetworkAddressesHintAtFreeingSome(t *testing.T) {
	e, err := engine.Connect(t.Context(), fakeEngine(t, "1.41"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close() //nolint:errcheck // it is a fake
	if _, err = e.CreateNetwork(t.Context(), "shop", nil); err == nil || !strings.Contains(report.HintOf(err), "docker network prune") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
}
