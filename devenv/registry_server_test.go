package devenv_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
)

// registry is Debian's docker-registry behind a port of loopback, which the engine takes without TLS. The tests of this process share
// it, one after the other: what an engine has packed once for a registry, it does not pack again.
type registry struct {
	address string
	// user, where there is one, is who is let in: name and password, as in a URL.
	user     atomic.Pointer[string]
	projects atomic.Int64
	proxy    *httputil.ReverseProxy
}

// project is a place in the registry that nothing was pushed to.
func (r *registry) project() string { return fmt.Sprintf("%s/acme%d", r.address, r.projects.Add(1)) }

// letIn lets nobody in but one user, for the rest of the test.
func (r *registry) letIn(t *testing.T, name, password string) {
	user := name + ":" + password
	r.user.Store(&user)
	t.Cleanup(func() { r.user.Store(nil) })
}

// ServeHTTP asks for a login where one is needed.
func (r *registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	name, password, _ := request.BasicAuth()
	if user := r.user.Load(); user != nil && *user != name+":"+password {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.proxy.ServeHTTP(w, request)
}

// sharedRegistry is the registry of this process, which is started when it is asked for, and its end.
type sharedRegistry struct {
	once sync.Once
	*registry
	err  error
	stop func()
}

var shared sharedRegistry

// registryOf is the registry that the tests share.
func registryOf(t *testing.T) *registry {
	t.Helper()
	shared.once.Do(func() { shared.registry, shared.stop, shared.err = startRegistry() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.registry
}

// close ends the registry and removes what was pushed, where it was started.
func (s *sharedRegistry) close() {
	if s.stop != nil {
		s.stop()
	}
}

// startRegistry starts docker-registry on a port that it chooses itself, and the server before it.
func startRegistry() (_ *registry, stop func(), err error) {
	dir, err := os.MkdirTemp("", "devenv-registry-")
	if err != nil {
		return nil, nil, err
	}
	config := filepath.Join(dir, "config.yml")
	content := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: \"127.0.0.1:0\"}\n", dir)
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		return nil, nil, err
	}
	command := exec.Command("docker-registry", "serve", config)
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	command.Stderr, command.Stdout = writer, writer
	err = errors.Join(command.Start(), writer.Close())
	kill := func() {
		_ = command.Process.Kill() // it holds nothing that a test needs
		_ = command.Wait()
		_ = reader.Close()
		_ = os.RemoveAll(dir) // the machine's own clean-up takes what is left
	}
	if err != nil {
		return nil, nil, err
	}
	port, err := listeningOn(reader)
	if err != nil {
		kill()
		return nil, nil, err
	}
	r := &registry{proxy: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: port})}
	server := httptest.NewServer(r)
	r.address = server.Listener.Addr().String()
	return r, func() { server.Close(); kill() }, nil
}

// listeningOn is the address that the registry says it listens on.
func listeningOn(log io.Reader) (string, error) {
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the registry
			return found[1], nil
		}
	}
	return "", errors.New("the registry ended before it listened")
}
