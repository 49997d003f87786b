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

// registry is Debian's docker-registry behind a loopback port, which the engine accepts without TLS. The tests of this
// process share it, one after another: an engine compresses an image only once for each registry.
type registry struct {
	address string
	// user, if set, is the only one allowed in: name and password, as in a URL.
	user     atomic.Pointer[string]
	projects atomic.Int64
	proxy    *httputil.ReverseProxy
}

// project returns a prefix in the registry to which nothing has been pushed.
func (r *registry) project() string { return fmt.Sprintf("%s/acme%d", r.address, r.projects.Add(1)) }

// requireLogin allows only one user in, for the rest of the test.
func (r *registry) requireLogin(t *testing.T, name, password string) {
	user := name + ":" + password
	r.user.Store(&user)
	t.Cleanup(func() { r.user.Store(nil) })
}

// ServeHTTP asks for a login if one is required.
func (r *registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	name, password, _ := request.BasicAuth()
	if user := r.user.Load(); user != nil && *user != name+":"+password {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.proxy.ServeHTTP(w, request)
}

// sharedRegistry is this process's registry, started on first use, and how to stop it.
type sharedRegistry struct {
	once sync.Once
	*registry
	err  error
	stop func()
}

var shared sharedRegistry

// registryOf returns the registry that the tests share.
func registryOf(t *testing.T) *registry {
	t.Helper()
	shared.once.Do(func() { shared.registry, shared.stop, shared.err = startRegistry() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.registry
}

// close stops the registry, if it was started, and removes what was pushed.
func (s *sharedRegistry) close() {
	if s.stop != nil {
		s.stop()
	}
}

// startRegistry starts docker-registry on a port that it chooses, and the server in front of it.
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
		_ = os.RemoveAll(dir) // the machine's own clean-up removes what is left
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

// listeningOn returns the address that the registry reports.
func listeningOn(log io.Reader) (string, error) {
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }() // ends with the registry
			return found[1], nil
		}
	}
	return "", errors.New("the registry exited before it listened")
}
