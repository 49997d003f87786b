package database

import (
	"context"
	"os"
	"sync"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// create makes a container through Testcontainers. It returns the container also with an error, where there is one to remove.
func create(ctx context.Context, e *engine.Engine, request testcontainers.ContainerRequest) (testcontainers.Container, error) {
	provider, err := theProvider(ctx, e)
	if err != nil {
		return nil, err
	}
	uncut, err := engine.Uncut(ctx)
	if err != nil {
		return nil, err
	}
	made, err := provider.CreateContainer(uncut, request)
	if made == nil {
		return nil, err // not an interface around a nil pointer
	}
	return made, err
}

// settled is Testcontainers' way to the engine, and guards its settings: they are the process's, and so is this.
var settled struct { //nolint:gochecknoglobals // what it guards is global itself
	sync.Mutex
	provider *testcontainers.DockerProvider
}

// theProvider hands the endpoint that was resolved to Testcontainers, once: the library does not read Docker's contexts and
// takes its settings from the process's environment. A provider asks the engine for all that `docker info` shows when it is
// made, and one serves all containers.
func theProvider(ctx context.Context, e *engine.Engine) (*testcontainers.DockerProvider, error) {
	settled.Lock()
	defer settled.Unlock()
	if settled.provider != nil {
		return settled.provider, nil
	}
	if err := os.Setenv("DOCKER_HOST", e.Endpoint().Host); err != nil {
		return nil, err
	}
	if err := allowReaper(ctx, e); err != nil {
		return nil, err
	}
	log.SetDefault(log.NewNoopLogger())
	provider, err := newProvider()
	if err == nil {
		settled.provider = provider
	}
	return provider, err
}

// newProvider is told the default network: without it, Testcontainers looks for "bridge" each time, and makes a network of its
// own that stays, several when asked at once, on an engine that has none.
func newProvider() (*testcontainers.DockerProvider, error) {
	options := testcontainers.Generic2DockerOptions(testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.DefaultNetwork(testcontainers.Bridge)) //nolint:staticcheck // deprecated without another way to say it
	return testcontainers.NewDockerProvider(append(options, testcontainers.WithDefaultBridgeNetwork(testcontainers.Bridge))...)
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

// allowReaper lets Testcontainers start its reaper only where the reaper's image is on the engine: nothing is pulled for it,
// and the sweep by label removes leftovers in any case. What the user set stays.
func allowReaper(ctx context.Context, e *engine.Engine) error {
	if os.Getenv(ryukVariable) != "" {
		return nil
	}
	_, ok, err := e.ImageInspect(ctx, testcontainers.ReaperDefaultImage) //nolint:staticcheck // deprecated without another way to learn the name
	if err != nil || ok {
		return err
	}
	return os.Setenv(ryukVariable, "true")
}
