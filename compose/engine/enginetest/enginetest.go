// Package enginetest gives tests a real engine. A test that needs one and has none fails; it is never skipped.
package enginetest

import (
	"os"
	"testing"

	"devenv/compose/engine"
)

// Require returns the engine that tests use: DOCKER_HOST's, else the local socket's.
func Require(t testing.TB) *engine.Engine {
	t.Helper()
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	e, err := engine.Connect(t.Context(), engine.Endpoint{Host: host})
	if err != nil {
		t.Fatalf("this test needs a Docker engine (scripts/engine starts one): %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Images fails the test unless the images are there.
func Images(t testing.TB, refs ...string) {
	t.Helper()
	e := Require(t)
	for _, ref := range refs {
		if _, ok, err := e.ImageInspect(t.Context(), ref); err != nil || !ok {
			t.Fatalf("this test needs the image %s (scripts/images brings it): %v", ref, err)
		}
	}
}
