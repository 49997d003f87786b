// Package enginetest gives tests a real engine. A test that needs one fails without it; it is never skipped.
package enginetest

import (
	"io"
	"net"
	"os"
	"strings"
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
			t.Fatalf("this test needs the image %s (scripts/images pulls it): %v", ref, err)
		}
	}
}

// Remote returns an address under which the tests' engine looks like another machine's: a local port that forwards to
// its socket.
func Remote(t testing.TB) string {
	t.Helper()
	path, ok := strings.CutPrefix(Require(t).Endpoint().Host, "unix://")
	if !ok {
		t.Fatal("this test needs an engine on a socket")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() { // ends with the listener
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(from.(*net.TCPConn), path)
		}
	}()
	return "tcp://" + listener.Addr().String()
}

// forward copies between a connection and a socket; each direction ends on its own.
func forward(from *net.TCPConn, path string) {
	defer from.Close() //nolint:errcheck // both directions have ended
	conn, err := net.Dial("unix", path)
	if err != nil {
		return
	}
	to := conn.(*net.UnixConn)
	defer to.Close() //nolint:errcheck // as above
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(from, to)
		_ = from.CloseWrite()
	}()
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
	<-back
}
