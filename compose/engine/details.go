package engine

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/system"
)

// Details is what the engine says of the machine it runs on.
type Details struct {
	// RootDirectory is where it keeps volumes, on its machine; ImageDirectory where it keeps images, which is containerd's where
	// that stores them.
	RootDirectory, ImageDirectory string
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
	settings, err := os.ReadFile(containerdSettings)
	if err != nil {
		settings = nil // the engine's machine is another, or containerd has none
	}
	return Details{
		RootDirectory: info.DockerRootDir, ImageDirectory: imageDirectory(info, string(settings)), Memory: info.MemTotal, CPUs: info.NCPU, Clock: clock,
	}, nil
}

// Where a containerd of the system has its settings, its socket and, when those do not say otherwise, its data.
const (
	containerdSettings = "/etc/containerd/config.toml"
	containerdSocket   = "/run/containerd/containerd.sock"
	containerdRoot     = "/var/lib/containerd"
)

// rootSetting is the line of containerd's settings that says where its data lies; it stands before the first table.
var rootSetting = regexp.MustCompile(`(?m)^\s*root\s*=\s*["'](.+?)["']`)

// imageDirectory is where an engine keeps images. One that started a containerd of its own has that one's data below its own.
func imageDirectory(info system.Info, settings string) string {
	stored := slices.ContainsFunc(info.DriverStatus, func(pair [2]string) bool {
		return pair[0] == "driver-type" && strings.HasPrefix(pair[1], "io.containerd.snapshotter")
	})
	if !stored || info.Containerd != nil && !strings.HasSuffix(info.Containerd.Address, containerdSocket) {
		return info.DockerRootDir
	}
	top, _, _ := strings.Cut(settings, "\n[")
	if written := rootSetting.FindStringSubmatch(top); written != nil {
		return written[1]
	}
	return containerdRoot
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
