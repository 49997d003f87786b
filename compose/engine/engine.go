// Package engine is devenv's only access to the Docker engine: containers, images, networks and volumes, behind small
// types of its own. It alone imports the engine's client library, which is frozen and has a successor.
package engine

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"devenv/devenv/report"
)

// MinimumAPI is the oldest engine API that devenv works with: Engine 19.03's.
const MinimumAPI = "1.40"

// Endpoint is the engine's address, resolved once from flags, environment and Docker contexts.
type Endpoint struct {
	// Host is a URL: unix:///var/run/docker.sock, tcp://…, ssh://….
	Host string
	// HTTPClient carries TLS; nil if the host is enough.
	HTTPClient *http.Client
	// Dial connects to hosts that cannot be dialled directly, as over ssh; nil for others.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Auth returns what the engine needs to pull an image, encoded as its API wants it; nil and empty mean anonymous.
	Auth func(ref string) string
}

// Engine is a connection to an engine. It is safe for concurrent use.
type Engine struct {
	client   *client.Client
	endpoint Endpoint
	info     Info
	meter    *Meter // nil unless Measure was called
}

// Info is what the engine reports about itself.
type Info struct {
	APIVersion, ServerVersion, OS, Arch string
	// Local means that it is reached without a network, so that it runs on this machine.
	Local bool
	// Loopback means that ports published on its loopback can be reached from here: it is local, and this process does
	// not run in a container with the engine's socket mounted.
	Loopback bool
}

// Connect connects to the engine and negotiates the API version. An engine that does not answer, or is older than
// MinimumAPI, is a KindWork failure.
func Connect(ctx context.Context, at Endpoint) (*Engine, error) {
	options := []client.Opt{client.WithHost(at.Host), client.WithAPIVersionNegotiation()}
	if at.Dial != nil { // the name is never resolved
		options = []client.Opt{client.WithHost("http://engine"), client.WithDialContext(at.Dial), client.WithAPIVersionNegotiation()}
	}
	if at.HTTPClient != nil {
		options = append([]client.Opt{client.WithHTTPClient(at.HTTPClient)}, options...)
	}
	c, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, report.Fail(report.KindWork, "check DOCKER_HOST and docker context ls",
			"reach the Docker engine at %s: %w", at.Host, err)
	}
	e := &Engine{client: c, endpoint: at}
	if err := e.negotiate(ctx); err != nil {
		_ = c.Close() // nothing was sent, so nothing can be lost
		return nil, err
	}
	return e, nil
}

func (e *Engine) negotiate(ctx context.Context) error {
	version, err := e.client.ServerVersion(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return report.Fail(report.KindWork, unreachableHint(err), "reach the Docker engine at %s: %w", e.endpoint.Host, err)
	}
	if versions.LessThan(version.APIVersion, MinimumAPI) {
		return report.Fail(report.KindWork, "install Docker Engine 19.03 or newer",
			"use the Docker engine at %s: its API %s is older than %s", e.endpoint.Host, version.APIVersion, MinimumAPI)
	}
	e.info = Info{
		APIVersion: e.client.ClientVersion(), ServerVersion: version.Version, OS: version.Os, Arch: version.Arch,
		Local: isLocal(e.endpoint.Host), Loopback: isLocal(e.endpoint.Host) && seesServer(e.endpoint.Host),
	}
	return nil
}

// unreachableHint returns what to do about an engine that does not answer.
func unreachableHint(err error) string {
	if strings.Contains(err.Error(), "permission denied") {
		return "let your user talk to it: sudo usermod -aG docker $USER, then log in again"
	}
	return "start it (systemctl start docker, or Docker Desktop), or set its address: DOCKER_HOST, DOCKER_CONTEXT"
}

// isLocal reports whether the engine runs on this machine. A TCP port of this machine may be a tunnel's.
func isLocal(host string) bool {
	return strings.HasPrefix(host, "unix://") || strings.HasPrefix(host, "npipe://")
}

// Info returns what the engine reported when the connection was made.
func (e *Engine) Info() Info { return e.info }

// Endpoint returns the engine's endpoint.
func (e *Engine) Endpoint() Endpoint { return e.endpoint }

// Close closes the connection.
func (e *Engine) Close() error { return e.client.Close() }
