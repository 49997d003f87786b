package engine

import (
	"context"
	"time"
)

// Details is what the engine says of the machine it runs on.
type Details struct {
	// RootDirectory is where it keeps images and volumes, on its machine.
	RootDirectory string
	// Memory is in bytes, CPUs a number of processors.
	Memory int64
	CPUs   int
	// Clock is the engine's time, zero where it does not tell.
	Clock time.Time
}

// Details asks the engine about its machine.
func (e *Engine) Details(ctx context.Context) (Details, error) {
	info, err := e.client.Info(ctx)
	if err != nil {
		return Details{}, failed(ctx, err, "ask the engine about its machine")
	}
	clock, err := time.Parse(time.RFC3339Nano, info.SystemTime)
	if err != nil {
		clock = time.Time{}
	}
	return Details{RootDirectory: info.DockerRootDir, Memory: info.MemTotal, CPUs: info.NCPU, Clock: clock}, nil
}

// InRegistry asks an image's registry for it, without bringing it.
func (e *Engine) InRegistry(ctx context.Context, ref string) error {
	auth := ""
	if e.endpoint.Auth != nil {
		auth = e.endpoint.Auth(ref)
	}
	_, err := e.client.DistributionInspect(ctx, ref, auth)
	return failed(ctx, err, "ask the registry for %s", ref)
}
