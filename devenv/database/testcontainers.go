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
	provider, err := newProvider(ctx, e)
	if err != nil {
		return nil, err
	}
	defer provider.Close() //nolint:errcheck // nothing was sent that the close could lose
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

// settled guards Testcontainers' settings, which are the process's: they are made once, before the first container.
var settled struct { //nolint:gochecknoglobals // what it guards is global itself
	sync.Mutex
	done bool
}

// newProvider is Testcontainers' way to the engine. It is told the default network: without it, it looks for "bridge" each
// time, and makes a network of its own that stays, several when asked at once, on an engine that has none.
func newProvider(ctx context.Context, e *engine.Engine) (*testcontainers.DockerProvider, error) {
	if err := settle(ctx, e); err != nil {
		return nil, err
	}
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

// settle hands over the endpoint that was resolved: the library does not read Docker's contexts and takes its settings from
// the process's environment, once.
func settle(ctx context.Context, e *engine.Engine) error {
	settled.Lock()
	defer settled.Unlock()
	if settled.done {
		return nil
	}
	if err := os.Setenv("DOCKER_HOST", e.Endpoint().Host); err != nil {
		return err
	}
	if err := allowReaper(ctx, e); err != nil {
		return err
	}
	log.SetDefault(log.NewNoopLogger())
	settled.done = true
	return nil
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
