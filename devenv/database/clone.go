package database

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// cloneTimeout is how long a clone may take; it normally takes half a second, but nobody knows what else the machine
// does. One whose container exits is not waited for.
const cloneTimeout = 5 * time.Minute

// NetworkAlias is a network that a server joins, and its names in that network.
type NetworkAlias struct {
	Name    string
	Aliases []string
}

// CloneOptions describe how to start a clone.
type CloneOptions struct {
	Image Image
	// Service is the service as a scratch container, with its data moved. The image contains none of its environment,
	// command, user, or host settings: shm_size, ulimits, capabilities, sysctls, tmpfs, memory and processors, and
	// binds that the configuration keeps. It may be nil. Its other mounts and its read_only are ignored.
	Service *types.ServiceConfig
	// Put fills a container that has not started with what the service mounts, which the image does not contain
	// either. It may be nil.
	Put func(ctx context.Context, id string) error
	// Filled are the paths that Put fills.
	Filled []string
	// Kept gives the clone a copy of the data in a volume that is removed with it, so that CommitBase can make an
	// image of it.
	Kept bool
	// Labels are put on the container, so that a sweep finds it.
	Labels map[string]string
	// Networks are joined in order; none means the engine's default network.
	Networks []NetworkAlias
	// Settings provide the user and password of the current Compose model, and the database to use, which is created if
	// the image does not have it.
	Settings Settings
	// Password is what the branch's code gives as the user's password if that is not the one of Settings. A kept clone
	// gets it; any other lets the user in with both, since the base's code may use it as well.
	Password string
	// ExtraArgs are appended to the server's command, after devenv's own.
	ExtraArgs []string
	// Name is the container's; the engine chooses one if it is empty.
	Name string
}

// Clone starts a server from a base image and waits until it answers a query. It shares the image's layers: no data
// is copied, and no change reaches the image. Its port is published on loopback only. The caller must remove it
// (Server.Remove); after a crash a sweep by its labels does.
func (c *Cloner) Clone(ctx context.Context, o CloneOptions) (*Server, error) {
	image, ok, err := c.engine.ImageInspect(ctx, o.Image.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, report.Fail(report.KindWork, "run it again to rebuild the base", "clone the base %s: the image is gone", o.Image.Ref)
	}
	server := &Server{engine: c.engine, settings: o.Settings}
	server.UseDatabase(cmp.Or(o.Image.Meta.Settings.Database, o.Settings.Database))
	request := cloneRequest(o, image)
	request.WaitingFor = queryWait{server: server}
	ctx, cancel := context.WithTimeoutCause(ctx, cloneTimeout, fmt.Errorf("it did not answer a query within %s", cloneTimeout))
	defer cancel()
	made, err := c.create(ctx, request)
	if made != nil {
		server.ID = made.GetContainerID()
	}
	if err == nil && o.Put != nil {
		err = o.Put(ctx, server.ID)
	}
	if err == nil {
		err = made.Start(ctx)
	}
	if err == nil {
		err = server.EnsureDatabase(ctx, o.Settings.Database)
	}
	if err == nil && o.Password != "" {
		err = server.accept(ctx, o.Password, o.Kept)
	}
	if err != nil {
		return nil, server.discard(ctx, err)
	}
	return server, nil
}

// discard explains why a clone did not start, and removes it.
func (s *Server) discard(ctx context.Context, err error) error {
	if s.ID == "" {
		return report.Fail(report.KindWork, "", "clone the database %s: %w", s.settings.Service, err)
	}
	err = s.failure(ctx, err)
	if removeErr := s.Remove(context.WithoutCancel(ctx)); removeErr != nil {
		return fmt.Errorf("%w; and it could not be removed: %w", err, removeErr)
	}
	return err
}

// scenarioArguments are settings of every clone: a parallel index build would not show in the statistics, and a log
// in a file would not show in the container's log.
func scenarioArguments() []string {
	return []string{"-c", "max_parallel_maintenance_workers=0", "-c", "logging_collector=off", "-c", "log_destination=stderr"}
}

// cloneRequest returns the container request for Testcontainers. Since there is data already, the entrypoint only
// starts the server.
func cloneRequest(o CloneOptions, image engine.Image) testcontainers.ContainerRequest {
	port := strconv.Itoa(o.Settings.Port) + "/tcp"
	request := testcontainers.ContainerRequest{
		Image: o.Image.ID, Name: o.Name, ExposedPorts: []string{port}, Env: map[string]string{},
		// The base label describes the image; a container made from it is not a base.
		Labels:         map[string]string{labelBase: "", labelKind: "scenario"},
		NetworkAliases: map[string][]string{},
		ConfigModifier: func(c *container.Config) {
			c.Healthcheck = &container.HealthConfig{Test: []string{"NONE"}}
			if o.Service != nil {
				c.User, c.WorkingDir = o.Service.User, o.Service.WorkingDir
			}
		},
		HostConfigModifier: func(h *container.HostConfig) {
			h.PortBindings = network.PortMap{
				network.MustParsePort(port): {{HostIP: netip.MustParseAddr(loopback), HostPort: "0"}},
			}
			applyHost(h, o.Service)
			for _, target := range emptyVolumes(o, image) {
				h.Tmpfs = withEmpty(h.Tmpfs, target)
			}
			if o.Kept || o.Image.volume != "" {
				h.Mounts = append(h.Mounts, mount.Mount{
					Type: mount.TypeVolume, Source: o.Image.volume, Target: dataParent,
					// If the clone's own anonymous volume outlives the clone because a copy still uses it, a sweep
					// finds it by these labels.
					VolumeOptions: &mount.VolumeOptions{Labels: o.Labels},
				})
			}
			if len(o.Networks) > 0 {
				h.NetworkMode = container.NetworkMode(o.Networks[0].Name)
			}
		},
	}
	for name, value := range o.Labels {
		request.Labels[name] = value
	}
	for _, n := range o.Networks {
		request.Networks = append(request.Networks, n.Name)
		request.NetworkAliases[n.Name] = n.Aliases
	}
	asService(&request, o.Service)
	command := request.Cmd
	if len(command) == 0 && len(request.Entrypoint) == 0 {
		command = image.Cmd
	}
	if takesOptions(command) {
		request.Cmd = slices.Concat(command, scenarioArguments(), o.ExtraArgs)
	}
	return request
}

// emptyVolumes returns the volumes that an image declares for data which a clone has elsewhere: the engine would make
// each, fill it from the image, and remove it again.
func emptyVolumes(o CloneOptions, image engine.Image) []string {
	if o.Image.Meta.Elsewhere {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(image.Volumes), func(target string) bool {
		usual := target == "/var/lib/postgresql/data" || target == "/var/lib/postgresql" // until Postgres 17, and since 18
		return !usual || slices.ContainsFunc(o.Filled, func(path string) bool { return holds(target, path) })
	})
}

// withEmpty adds an empty tmpfs to others, unless there is one at its target.
func withEmpty(tmpfs map[string]string, target string) map[string]string {
	if tmpfs == nil {
		tmpfs = map[string]string{}
	}
	if _, there := tmpfs[target]; !there {
		tmpfs[target] = "size=1m"
	}
	return tmpfs
}

// asService gives a container the service's environment and command, which an image of its data does not contain.
func asService(request *testcontainers.ContainerRequest, s *types.ServiceConfig) {
	if s == nil {
		return
	}
	request.Cmd, request.Entrypoint = s.Command, s.Entrypoint
	for name, value := range s.Environment {
		if value != nil {
			request.Env[name] = *value
		}
	}
}

// queryWait is a wait strategy: the server is ready when it answers a query.
type queryWait struct{ server *Server }

// WaitUntilReady implements wait.Strategy.
func (a queryWait) WaitUntilReady(ctx context.Context, target wait.StrategyTarget) error {
	s := a.server
	if err := s.RefreshAddresses(ctx); err != nil {
		return err
	}
	return s.unstuck(ctx, anySession, func() error {
		watching, stop := watched(ctx, s.engine, s.ID)
		defer stop()
		return awaitQuery(watching, s.address, s.settings, s.dial())
	})
}

var _ wait.Strategy = queryWait{}
