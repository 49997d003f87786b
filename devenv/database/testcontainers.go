package database

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Cloner starts clones on one engine, through Testcontainers. It is safe for concurrent use.
type Cloner struct {
	engine *engine.Engine

	mu       sync.Mutex
	provider *testcontainers.DockerProvider // Testcontainers' connection to the engine; nil until it is needed
}

// libraryLock is held while the library's settings are those of one cloner: its default logger and the environment
// that it reads belong to the process, and so does the lock.
var libraryLock sync.Mutex //nolint:gochecknoglobals // a lock on something global

// NewCloner returns the cloner of an engine.
func NewCloner(e *engine.Engine) *Cloner { return &Cloner{engine: e} }

// create creates a container through Testcontainers. Even with an error it returns the container if there is one to
// remove.
func (c *Cloner) create(ctx context.Context, request testcontainers.ContainerRequest) (testcontainers.Container, error) {
	provider, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	uncut, err := engine.Uninterrupted(ctx)
	if err != nil {
		return nil, err
	}
	made, err := provider.CreateContainer(uncut, request)
	if made == nil {
		return nil, err // not a nil pointer in an interface
	}
	return made, err
}

// connect connects Testcontainers to the engine, once: a new provider asks it for everything that `docker info`
// shows, and one provider serves all containers. The library decides from the environment alone, once per process,
// whether to start a reaper and which engine to use; it does not read Docker's contexts. So the variables are set
// while the provider is created.
func (c *Cloner) connect(ctx context.Context) (*testcontainers.DockerProvider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider != nil {
		return c.provider, nil
	}
	variables, err := settingsFor(ctx, c.engine)
	if err != nil {
		return nil, err
	}
	libraryLock.Lock()
	defer libraryLock.Unlock()
	log.SetDefault(log.NewNoopLogger())
	var made *testcontainers.DockerProvider
	err = withVariables(variables, func() error {
		made, err = newProvider(ctx, c.engine)
		return err
	})
	if err == nil {
		c.provider = made
	}
	return made, err
}

// withVariables calls do with environment variables set, and restores them afterwards.
func withVariables(variables map[string]string, do func() error) (err error) {
	for name, value := range variables {
		before, set := os.LookupEnv(name)
		defer func() {
			if set {
				err = errors.Join(err, os.Setenv(name, before))
			} else {
				err = errors.Join(err, os.Unsetenv(name))
			}
		}()
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return do()
}

// newProvider sets the default network: otherwise Testcontainers looks for "bridge" each time, and on an engine
// without it creates a network of its own that stays, or several when asked concurrently. It replaces the library's
// client by the engine's, since the library's may be connected to the process's first engine.
func newProvider(ctx context.Context, e *engine.Engine) (*testcontainers.DockerProvider, error) {
	options := testcontainers.Generic2DockerOptions(testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.DefaultNetwork(testcontainers.Bridge)) //nolint:staticcheck // deprecated, but there is no other way to set it
	provider, err := testcontainers.NewDockerProvider(append(options, testcontainers.WithDefaultBridgeNetwork(testcontainers.Bridge))...)
	if err != nil {
		return nil, err
	}
	led, err := testcontainers.NewDockerClientWithOpts(ctx, client.WithHost(e.Endpoint().Host))
	if err != nil {
		return nil, err
	}
	provider.SetClient(led)
	return provider, nil
}

// CheckEngine rejects an engine that Testcontainers cannot connect to, such as one over ssh or with a Docker
// context's certificates, with a KindUsage failure that tells what works instead.
func CheckEngine(e *engine.Engine) error {
	at := e.Endpoint()
	if at.Dial == nil && (at.HTTPClient == nil || os.Getenv("DOCKER_CERT_PATH") != "") {
		return nil
	}
	return report.Fail(report.KindUsage,
		"forward a local port to it: ssh -nNT -L 127.0.0.1:2375:/var/run/docker.sock USER@HOST\n"+
			"and use that port: DOCKER_HOST=tcp://127.0.0.1:2375",
		"start databases on the engine at %s: that only works over a socket or TCP, with certificates from DOCKER_CERT_PATH", at.Host)
}

// ryukVariable is Testcontainers' switch for its reaper.
const ryukVariable = "TESTCONTAINERS_RYUK_DISABLED"

// settingsFor returns the variables that tell Testcontainers about an engine. It may start its reaper only if the
// reaper's image exists: nothing is pulled for it, and the sweep by label removes leftovers in any case. The user's
// own settings stay.
func settingsFor(ctx context.Context, e *engine.Engine) (map[string]string, error) {
	variables := map[string]string{"DOCKER_HOST": e.Endpoint().Host}
	if os.Getenv(ryukVariable) != "" {
		return variables, nil
	}
	_, ok, err := e.ImageInspect(ctx,
		testcontainers.ReaperDefaultImage) //nolint:staticcheck // deprecated, but there is no other way to get the name
	if !ok {
		variables[ryukVariable] = "true"
	}
	return variables, err
}
