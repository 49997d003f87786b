package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net"
	"path"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
)

// Container is a container as the engine sees it.
type Container struct {
	ID, Name, Image string
	// State is created, running, paused, restarting, removing, exited or dead.
	State    string
	ExitCode int
	// Created is the creation time, to the second; only MountedBy sets it.
	Created time.Time
	// Started and Finished are when it last started and ended, by the engine's clock; zero if it never did.
	Started, Finished time.Time
	// OOMKilled means that the kernel killed it because memory ran out.
	OOMKilled bool
	// Restart is its restart policy ("on-failure:3"), empty for none; Restarts is how often the engine has restarted
	// it since somebody last started it.
	Restart  string
	Restarts int
	// Health is nil when the container has no healthcheck.
	Health   *Health
	Labels   map[string]string
	Networks map[string]Address
	Mounts   []Mount
	// Ports are the published ones: "5432/tcp" to "127.0.0.1:49153", or "[::1]:49153".
	Ports map[string]string
	User  string
	Tty   bool
	// Env, Cmd and Entrypoint are the image's if the container was created without its own.
	Env, Cmd, Entrypoint []string
	// Directory is the one that its program starts in.
	Directory string
}

// Health is the state of a healthcheck: starting, healthy or unhealthy; Log holds the last probes' output.
type Health struct {
	Status string
	Log    []string
}

// Address is a container's address in a network.
type Address struct {
	IP      string
	Aliases []string
}

// Mount is something mounted into a container. Type is bind, volume or tmpfs.
type Mount struct {
	Type, Name, Source, Target string
	ReadOnly                   bool
}

// Inspect describes a container.
func (e *Engine) Inspect(ctx context.Context, id string) (Container, error) {
	found, err := e.client.ContainerInspect(ctx, id)
	if err != nil {
		return Container{}, failed(ctx, err, "inspect container %.12s", id)
	}
	c := Container{
		ID: found.ID, Name: strings.TrimPrefix(found.Name, "/"), Image: found.Image, State: found.State.Status,
		Started: timeOf(found.State.StartedAt), Finished: timeOf(found.State.FinishedAt),
		ExitCode: found.State.ExitCode, OOMKilled: found.State.OOMKilled, Labels: found.Config.Labels, User: found.Config.User,
		Tty: found.Config.Tty, Networks: map[string]Address{}, Ports: map[string]string{},
		Env: found.Config.Env, Cmd: found.Config.Cmd, Entrypoint: found.Config.Entrypoint, Directory: found.Config.WorkingDir,
		Restart: restartOf(found.HostConfig.RestartPolicy), Restarts: found.RestartCount,
	}
	if h := found.State.Health; h != nil && h.Status != container.NoHealthcheck {
		c.Health = &Health{Status: h.Status}
		for _, probe := range h.Log {
			c.Health.Log = append(c.Health.Log, strings.TrimSpace(probe.Output))
		}
	}
	for name, n := range found.NetworkSettings.Networks {
		c.Networks[name] = Address{IP: n.IPAddress, Aliases: n.Aliases}
	}
	for port, bindings := range found.NetworkSettings.Ports {
		if len(bindings) > 0 {
			c.Ports[string(port)] = net.JoinHostPort(bindings[0].HostIP, bindings[0].HostPort)
		}
	}
	for _, m := range found.Mounts {
		c.Mounts = append(c.Mounts, Mount{Type: string(m.Type), Name: m.Name, Source: m.Source, Target: m.Destination, ReadOnly: !m.RW})
	}
	return c, nil
}

// restartOf returns a restart policy as Compose writes it, empty for none.
func restartOf(policy container.RestartPolicy) string {
	switch {
	case policy.IsNone():
		return ""
	case policy.MaximumRetryCount > 0:
		return string(policy.Name) + ":" + itoa(policy.MaximumRetryCount)
	}
	return string(policy.Name)
}

// timeOf parses a time as the engine writes it; zero if there is none.
func timeOf(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() <= 1 {
		return time.Time{}
	}
	return at
}

// Start starts a container.
func (e *Engine) Start(ctx context.Context, id string) error {
	return failed(ctx, e.client.ContainerStart(ctx, id, container.StartOptions{}), "start container %.12s", id)
}

// OwnGrace is the timeout for Stop that leaves the grace period to the container: its stop_grace_period, else the
// engine's ten seconds.
const OwnGrace time.Duration = -1

// Stop asks a container to stop, and kills it after the timeout. Stopping a container that does not run is not an
// error.
func (e *Engine) Stop(ctx context.Context, id string, timeout time.Duration) error {
	var options container.StopOptions
	if timeout != OwnGrace {
		seconds := int(timeout.Seconds())
		options.Timeout = &seconds
	}
	return failed(ctx, e.client.ContainerStop(ctx, id, options), "stop container %.12s", id)
}

// Kill kills a container's main process. Killing a container that does not run is not an error.
func (e *Engine) Kill(ctx context.Context, id string) error {
	err := e.client.ContainerKill(ctx, id, "KILL")
	if errdefs.IsConflict(err) || errdefs.IsNotFound(err) {
		return nil
	}
	return failed(ctx, err, "kill container %.12s", id)
}

// Remove removes a container, running or not, with its anonymous volumes, and returns once it is gone. Removing one
// that is already gone is not an error.
func (e *Engine) Remove(ctx context.Context, id string) error {
	e.ReadUsage(ctx, id)
	err := e.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsConflict(err) && strings.Contains(err.Error(), "already in progress") {
		err = e.waitRemoved(ctx, id)
	}
	if errdefs.IsNotFound(err) {
		return nil
	}
	return failed(ctx, err, "remove container %.12s", id)
}

// waitRemoved waits for a removal that somebody else has started.
func (e *Engine) waitRemoved(ctx context.Context, id string) error {
	gone, errs := e.client.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case err := <-errs:
		return err
	case <-gone:
		return nil
	}
}

// Wait returns a container's exit code once it has ended.
func (e *Engine) Wait(ctx context.Context, id string) (int, error) {
	ended, errs := e.client.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case err := <-errs:
		return 0, failed(ctx, err, "wait for container %.12s", id)
	case answer := <-ended:
		return int(answer.StatusCode), nil
	}
}

// CopyTo unpacks a tar archive into a directory of a container, running or not. The archive's own ids decide who owns
// the files: the engine's other mode would look up the container's user on the host.
func (e *Engine) CopyTo(ctx context.Context, id, dir string, archive io.Reader) error {
	err := e.client.CopyToContainer(ctx, id, dir, archive, container.CopyToContainerOptions{})
	return failed(ctx, err, "copy into %s of container %.12s", dir, id)
}

// CopyFrom returns a path of a container as a tar archive. The caller must close it.
func (e *Engine) CopyFrom(ctx context.Context, id, path string) (io.ReadCloser, error) {
	stream, _, err := e.client.CopyFromContainer(ctx, id, path)
	return stream, failed(ctx, err, "copy %s out of container %.12s", path, id)
}

// ReadFile reads a file of a container, running or not; false if it does not exist.
func (e *Engine) ReadFile(ctx context.Context, id, path string) (content []byte, found bool, err error) {
	stream, _, err := e.client.CopyFromContainer(ctx, id, path)
	if errdefs.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, failed(ctx, err, "read %s of container %.12s", path, id)
	}
	defer stream.Close() //nolint:errcheck // only read from
	archive := tar.NewReader(stream)
	if _, err = archive.Next(); err == nil {
		content, err = io.ReadAll(archive)
	}
	return content, err == nil, failed(ctx, err, "read %s of container %.12s", path, id)
}

// WriteFile writes a file in a container, which need not run. Its directory must exist.
func (e *Engine) WriteFile(ctx context.Context, id, file string, content []byte) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: path.Base(file), Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return e.CopyTo(ctx, id, path.Dir(file), &archive)
}

// Exists reports whether a path exists in a container, running or not.
func (e *Engine) Exists(ctx context.Context, id, path string) (bool, error) {
	_, err := e.client.ContainerStatPath(ctx, id, path)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, failed(ctx, err, "look for %s in container %.12s", path, id)
}

// IsLink reports whether a path of a container, running or not, is a symbolic link.
func (e *Engine) IsLink(ctx context.Context, id, path string) (bool, error) {
	found, err := e.client.ContainerStatPath(ctx, id, path)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return found.LinkTarget != "" && found.LinkTarget != path, failed(ctx, err, "look for %s in container %.12s", path, id)
}

// IsGone reports whether an error means that the requested object does not exist, or no longer does.
func IsGone(err error) bool { return errdefs.IsNotFound(err) }
