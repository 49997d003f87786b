package engine

import (
	"testing"

	"github.com/docker/docker/api/types/system"
)

func TestImageDirectoryFollowsTheImageStore(t *testing.T) {
	const root = "/var/lib/docker"
	snapshotter := [][2]string{{"driver-type", "io.containerd.snapshotter.v1"}}
	at := func(address string) *system.ContainerdInfo { return &system.ContainerdInfo{Address: address} }
	tests := map[string]struct {
		info     system.Info
		settings string
		want     string
	}{
		"the engine's own store": {system.Info{
			DriverStatus: [][2]string{{"Backing Filesystem", "extfs"}},
			Containerd:   at(containerdSocket),
		}, "", root},
		"the system's containerd": {
			system.Info{DriverStatus: snapshotter, Containerd: at("/run/containerd/containerd.sock")},
			"",
			"/var/lib/containerd",
		},
		"its other path": {
			system.Info{DriverStatus: snapshotter, Containerd: at("/var/run/containerd/containerd.sock")},
			"version = 2\n", "/var/lib/containerd",
		},
		"an engine that names no containerd": {system.Info{DriverStatus: snapshotter}, "", "/var/lib/containerd"},
		"settings that move it": {
			system.Info{DriverStatus: snapshotter},
			"version = 2\nroot = \"/data/containerd\"\n[plugins]\n",
			"/data/containerd",
		},
		"settings of something else": {
			system.Info{DriverStatus: snapshotter},
			"version = 2\n[plugins.x]\n  root = \"/elsewhere\"\n",
			"/var/lib/containerd",
		},
		"a containerd that the engine starts": {system.Info{
			DriverStatus: snapshotter,
			Containerd:   at("/var/run/docker/containerd/containerd.sock"),
		}, "", root},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.info.DockerRootDir = root
			if dir := imageDirectory(test.info, test.settings); dir != test.want {
				t.Errorf("%s, want %s", dir, test.want)
			}
		})
	}
}
