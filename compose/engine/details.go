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

// Details describes the machine that the engine runs on.
type Details struct {
	// ID is the engine's own; empty if it does not tell.
	ID string
	// RootDirectory is where the engine keeps volumes on its machine, ImageDirectory where it keeps images:
	// containerd's directory if containerd stores them.
	RootDirectory, ImageDirectory string
	// Memory is in bytes, CPUs is the number of processors.
	Memory int64
	CPUs   int
	// Clock is the engine's time; zero if it does not tell.
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
		settings = nil // the engine runs on another machine, or containerd has no settings file
	}
	return Details{
		ID: info.ID, Clock: clock, Memory: info.MemTotal, CPUs: info.NCPU,
		RootDirectory: info.DockerRootDir, ImageDirectory: imageDirectory(info, string(settings)),
	}, nil
}

// The settings file of a system-wide containerd, its socket and, unless the settings say otherwise, its data.
const (
	containerdSettings = "/etc/containerd/config.toml"
	containerdSocket   = "/run/containerd/containerd.sock"
	containerdRoot     = "/var/lib/containerd"
)

// rootSetting matches the line of containerd's settings that sets its data directory; it comes before the first
// table.
var rootSetting = regexp.MustCompile(`(?m)^\s*root\s*=\s*["'](.+?)["']`)

// imageDirectory returns where an engine keeps images. A containerd that the engine started itself has its data below
// the engine's.
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

// InRegistry checks that an image's registry has the image, without pulling it.
func (e *Engine) InRegistry(ctx context.Context, ref string) error {
	auth := ""
	if e.endpoint.Auth != nil {
		auth = e.endpoint.Auth(ref)
	}
	_, err := e.client.DistributionInspect(ctx, ref, auth)
	return failed(ctx, err, "ask the registry for %s", ref)
}
