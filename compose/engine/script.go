package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"

	"devenv/devenv/report"
)

// Script is a shell script that runs as root in a container of its own, without a network: the way to read and write
// files that belong to somebody else, on whichever machine they are.
type Script struct {
	Image, Text string
	Args        []string
	Mounts      []Mount
	Labels      map[string]string
}

// CreateScript creates the container of a script and returns its id. The caller must remove it.
func (e *Engine) CreateScript(ctx context.Context, s Script) (string, error) {
	ctx, err := Uninterrupted(ctx)
	if err != nil {
		return "", err
	}
	config := &container.Config{
		Image: s.Image, Labels: s.Labels, User: "0:0", Entrypoint: []string{"sh", "-c", s.Text, "devenv"}, Cmd: s.Args,
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	made, err := e.client.ContainerCreate(ctx, config, s.host(), nil, nil, "")
	return made.ID, failed(ctx, err, "create a container of %s for a script", s.Image)
}

// host returns the host configuration of a script's container. SELinux labels would otherwise deny the container
// access to a host directory.
func (s Script) host() *container.HostConfig {
	host := &container.HostConfig{NetworkMode: "none", SecurityOpt: []string{"label=disable"}}
	for _, m := range s.Mounts {
		switch m.Type {
		case string(mount.TypeBind):
			host.Binds = append(host.Binds, m.Source+":"+m.Target+accessOf(m))
		default:
			host.Mounts = append(host.Mounts, mount.Mount{
				Type: mount.Type(m.Type), Source: m.Name, Target: m.Target, ReadOnly: m.ReadOnly,
				VolumeOptions: &mount.VolumeOptions{NoCopy: true},
			})
		}
	}
	return host
}

func accessOf(m Mount) string {
	if m.ReadOnly {
		return ":ro"
	}
	return ""
}

// RunScript runs a script to its end, removes its container, and returns its output.
func (e *Engine) RunScript(ctx context.Context, s Script) (printed string, err error) {
	id, err := e.CreateScript(ctx, s)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, e.Remove(context.WithoutCancel(ctx), id)) }()
	return e.RunToEnd(ctx, id)
}

// RunToEnd starts a container, waits for it to exit, and returns its output. An exit status other than 0 is a failure
// with the last lines.
func (e *Engine) RunToEnd(ctx context.Context, id string) (string, error) {
	if err := e.Start(ctx, id); err != nil {
		return "", err
	}
	code, err := e.Wait(ctx, id)
	if err != nil {
		return "", err
	}
	lines, err := e.Tail(ctx, id, scriptLines)
	if err != nil {
		return "", err
	}
	if code != 0 {
		said := "nothing"
		if len(lines) > 0 {
			said = lines[len(lines)-1]
		}
		return "", report.Fail(report.KindWork, hint(said), "it exited with status %d: %s", code, said).WithOutput(lines)
	}
	return strings.Join(lines, "\n"), nil
}

// scriptLines is how many lines of a script's output are read.
const scriptLines = 100
