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

// Cloner starts clones on one engine, through Testcontainers. Several goroutines may use one.
type Cloner struct {
	engine *engine.Engine

	mu       sync.Mutex
	provider *testcontainers.DockerProvider // Testcontainers' way to the engine; nil until it is needed
}

// libraryLock is held while the library's settings are those of one cloner: its default logger and the environment that it reads
// are the process's, and so is the lock on them.
var libraryLock sync.Mutex //nolint:gochecknoglobals // a lock on what is global already

// NewCloner returns the cloner of an engine.
func NewCloner(e *engine.Engine) *Cloner { return &Cloner{engine: e} }

// create makes a container through Testcontainers. It returns the container also with an error, where there is one to remove.
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
		return nil, err // not an interface around a nil pointer
	}
	return made, err
}

// connect leads Testcontainers to the engine, once: a provider asks it for all that `docker info` shows when it is made, and one
// serves all containers. Whether a reaper is started, and an engine to begin with, the library reads from the environment alone,
// and once in a process; it does not read Docker's contexts. So the environment says it while the provider is made.
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

// withVariables does something while variables of the environment are set, and puts back what they were.
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

// newProvider returns told the default network: without it, Testcontainers looks for "bridge" each time, and makes a network of its
// own that stays, several when asked at once, on an engine that has none. Its client is the engine's: its own may lead to the first
// engine of this process.
func newProvider(ctx context.Context, e *engine.Engine) (*testcontainers.DockerProvider, error) {
	options := testcontainers.Generic2DockerOptions(testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.DefaultNetwork(testcontainers.Bridge)) //nolint:staticcheck // deprecated without another way to say it
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

// CheckEngine refuses an engine that Testcontainers cannot be led to, with a KindUsage failure that says how it can: over ssh, and
// with certificates of a Docker context.
func CheckEngine(e *engine.Engine) error {
	at := e.Endpoint()
	if at.Dial == nil && (at.HTTPClient == nil || os.Getenv("DOCKER_CERT_PATH") != "") {
		return nil
	}
	return report.Fail(report.KindUsage,
		"lead a port of this machine to it: ssh -nNT -L 127.0.0.1:2375:/var/run/docker.sock USER@HOST\nand use that: DOCKER_HOST=tcp://127.0.0.1:2375",
		"start databases on the engine at %s: that works over a socket or TCP alone, with certificates from DOCKER_CERT_PATH", at.Host)
}

// ryukVariable is Testcontainers' switch for its reaper.
const ryukVariable = "TESTCONTAINERS_RYUK_DISABLED"

// settingsFor returns the variables that tell Testcontainers of an engine. It may start its reaper only where the reaper's image is
// there: nothing is pulled for it, and the sweep by label removes leftovers in any case. What the user set stays.
func settingsFor(ctx context.Context, e *engine.Engine) (map[string]string, error) {
	variables := map[string]string{"DOCKER_HOST": e.Endpoint().Host}
	if os.Getenv(ryukVariable) != "" {
		return variables, nil
	}
	_, ok, err := e.ImageInspect(ctx, testcontainers.ReaperDefaultImage) //nolint:staticcheck // deprecated without another way to learn the name
	if !ok {
		variables[ryukVariable] = "true"
	}
	return variables, err
}
